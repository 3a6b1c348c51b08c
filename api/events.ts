import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Db } from '../db/connect.ts';
import { changesSince, followersOf, lastPosition, type Change, type Position } from '../db/queries/changes.ts';

/** Tells whoever listens what has changed, whichever process changed it. */
export interface Events {
  /** Calls `listener` with each batch of changes until the returned function is called. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;
  /** Aborted by `stop`: streams end, so that the process can. */
  readonly stopped: AbortSignal;
  stop(): void;
}

const LOOK_EVERY_MS = 500;
/** More than the overlap that a look re-reads, so that nothing is told twice. */
const REMEMBERED = 4_000;

/**
 * Looks at the audit trail while somebody listens. Not LISTEN and NOTIFY: PostgreSQL serialises the commits of all who notify, and the
 * decision's commit is what must stay quick.
 */
export function createEvents({ db, log }: { db: Db; log: Pick<Logger, 'warn'> }): Events {
  const listeners = new Set<(changes: readonly Change[]) => void>();
  let seen = new Set<string>();
  let position: Position | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  // One for each open stream.
  setMaxListeners(0, stopping.signal);

  async function look(): Promise<void> {
    try {
      if (!position) {
        position = await lastPosition(db);
        // What is there already is no news.
        seen = new Set((await changesSince(db, position)).changes.map(({ key }) => key));
      } else {
        const found = await changesSince(db, position);
        const news = found.changes.filter(({ key }) => !seen.has(key));
        position = found.position;
        seen = new Set([...seen, ...news.map(({ key }) => key)].slice(-REMEMBERED));
        if (news.length > 0) {
          const told = await withFollowers(news);
          for (const listener of listeners) listener(told);
        }
      }
    } catch (error) {
      log.warn({ error: (error as Error).name }, 'changes cannot be read; looking again');
    }
    timer = listeners.size > 0 ? setTimeout(() => void look(), LOOK_EVERY_MS) : undefined;
    if (!timer) position = undefined;
  }

  async function withFollowers(news: readonly Change[]): Promise<Change[]> {
    const followers = await followersOf(db, [...new Set(news.flatMap(({ processId }) => processId ?? []))]);
    return news.map((change) => ({
      ...change,
      principals: [...change.principals, ...(followers.get(change.processId ?? '') ?? []).map((person) => `person:${person}`)],
    }));
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setTimeout(() => void look(), 0);
      return () => listeners.delete(listener);
    },
    stopped: stopping.signal,
    stop() {
      stopping.abort();
      listeners.clear();
      clearTimeout(timer);
    },
  };
}
