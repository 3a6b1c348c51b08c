import type { Request } from 'express';
import { Problem } from './errors.ts';

/** Those who wait for their turn; whoever comes then is asked to come again. */
const MOST_WAITING = 10;
const COME_AGAIN_S = 10;

/**
 * Does heavy answers one after the other: whoever asks for one waits for the next in line, not everybody who decides something. A page that
 * was left does not take its turn. Throws 429 when too many wait.
 */
export function createTurns(): <T>(req: Request, work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (req, work) => {
    if (waiting >= MOST_WAITING) throw new Problem('busy', {}, { retryAfter: COME_AGAIN_S });
    waiting += 1;
    const mine = last.then(() => {
      // Of the connection: a request whose body was read is over by itself.
      if (req.socket.destroyed) throw new Problem('busy');
      return work();
    });
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      waiting -= 1;
    }
  };
}
