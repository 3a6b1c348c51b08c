import { markUsed } from '../../db/queries/sms-asks.ts';
import { limited } from '../ask-limits.ts';
import { askContract } from '../contract/asks.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { withoutKey } from '../idempotency.ts';
import { answersOf, liveAsk, nextStep, presentAsk } from '../processes/asks.ts';
import { decide } from '../processes/decide.ts';
import { recordRefusal } from '../refusals.ts';

/** Deciding one task by the link of an SMS. */
export function askRoutes({ db, seal, outbox }: Deps): Route[] {
  return [
    handle(askContract.look, async ({ body: { token }, req }) => {
      const live = await limited(db, req.ip ?? '', () => liveAsk(db, seal, token));
      return presentAsk(db, live);
    }),

    handle(askContract.decide, async ({ body: { token, outcome, comment }, locale, req }) => {
      const { ask, actor, task } = await limited(db, req.ip ?? '', () => liveAsk(db, seal, token));
      const answers = answersOf(task);
      const answer = answers.find((each) => each.outcome === outcome);
      if (!answer) {
        const list = answers.map((each) => each.outcome).join(', ');
        throw new Problem('invalid-input', {}, {}, [{ in: 'body', path: 'outcome', message: { zh: `outcome：须为以下之一：${list}。`, en: `outcome: must be one of: ${list}.` } }]);
      }
      try {
        const decided = await decide(db, {
          taskId: task.id, actor, locale, seal, via: 'sms-link', wanted: { outcome, ...(comment && { comment }) }, idempotency: withoutKey,
        });
        await markUsed(db, ask.id);
        outbox.kick(decided.processId);
        return { outcome, title: answer.title, decidedAt: decided.decidedAt, next: nextStep(task, outcome) ?? null };
      } catch (error) {
        if (error instanceof Problem && [403, 404, 409].includes(error.status)) {
          await recordRefusal(db, { personId: actor.personId, route: 'POST /tasks/:id/decision', params: { id: task.id }, code: error.code });
        }
        throw error;
      }
    }),
  ];
}
