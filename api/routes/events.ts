import { badges, type Change } from '../../db/queries/changes.ts';
import type { Actor } from '../actor.ts';
import { eventContract } from '../contract/events.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { peekSession } from '../sessions.ts';

/** Keeps proxies from closing a quiet stream. */
const BEAT_EVERY_MS = 15_000;
/** How soon a quiet stream notices that its session has ended or that its rights have changed: one query by its key. */
const LOOK_EVERY_MS = 4_000;
/** Of one person in this process. Each costs a query every few seconds; a page that is refused polls. */
const MOST_STREAMS = 20;
const COME_AGAIN_S = 60;

/** The stream of what concerns the reader: counts and ids only, the page asks for the rest. */
export function eventRoutes({ db, config, events }: Deps): Route[] {
  const streams = new Map<string, number>();
  return [
    handle(eventContract.events, async ({ actor: first, req, res }) => {
      const open = streams.get(first.personId) ?? 0;
      if (open >= MOST_STREAMS) throw new Problem('busy', {}, { retryAfter: COME_AGAIN_S });
      streams.set(first.personId, open + 1);
      let actor: Actor = first;
      let waiting = new Set<string>();
      let moved = new Set<string>();
      let telling = Promise.resolve();
      res.status(200).set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
      res.flushHeaders();

      const tell = (): void => {
        telling = telling.then(async () => {
          if (res.writableEnded || res.destroyed) return;
          // Rights may have changed since the last word; a stream does not keep a session alive.
          const session = await peekSession(db, config, req);
          if (!session) {
            res.end();
            return;
          }
          actor = session;
          const ids = [...waiting];
          waiting = new Set();
          const processes = [...moved];
          moved = new Set();
          const { open, overdue, unread } = await badges(db, actor);
          if (processes.length > 0) res.write(`event: process\ndata: ${JSON.stringify({ ids: processes })}\n\n`);
          res.write(`event: inbox\ndata: ${JSON.stringify({ open, overdue, ids })}\n\nevent: notice\ndata: ${JSON.stringify({ unread })}\n\n`);
        }).catch(() => {
          res.end();
        });
      };
      const hear = (changes: readonly Change[]): void => {
        const mine = changes.filter(({ principals }) => principals.some((each) => actor.principals.includes(each)));
        for (const { taskId, processId } of mine) {
          if (taskId) waiting.add(taskId);
          if (processId) moved.add(processId);
        }
        if (mine.length > 0) tell();
      };
      const end = (): void => {
        res.end();
      };
      events.stopped.addEventListener('abort', end);
      const unsubscribe = events.subscribe(hear);
      const look = (): void => {
        void peekSession(db, config, req).then((session) => {
          if (!session) res.end();
          else if (session.principals.join() !== actor.principals.join()) tell();
        }, () => undefined);
      };
      const beat = setInterval(tell, BEAT_EVERY_MS);
      const looking = setInterval(look, LOOK_EVERY_MS);
      const closed = new Promise<void>((resolve) => { res.once('close', resolve); });
      tell();
      await closed;
      const left = streams.get(first.personId)! - 1;
      if (left > 0) streams.set(first.personId, left);
      else streams.delete(first.personId);
      clearInterval(beat);
      clearInterval(looking);
      unsubscribe();
      events.stopped.removeEventListener('abort', end);
    }),
  ];
}
