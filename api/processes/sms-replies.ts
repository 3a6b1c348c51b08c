import { randomUUID } from 'node:crypto';
import {
  asksOfPhone, lockPhone, markUsed, noteReply, settleReply, wasTold, type AskRow, type RepliedAsk, type ReplyId, type ReplyResult,
} from '../../db/queries/sms-asks.ts';
import { enqueueSms, phoneIndex, phoneIndexes } from '../../db/queries/sms.ts';
import { e164 } from '../../sms/phone.ts';
import { parseReply } from '../../sms/reply.ts';
import { shortValue, type TemplateName } from '../../sms/templates.ts';
import type { Deps } from '../deps.ts';
import { Problem, textIn } from '../errors.ts';
import { withoutKey } from '../idempotency.ts';
import { recordRefusal } from '../refusals.ts';
import { answersOf, isOwnPhone, withTask } from './asks.ts';
import { decide } from './decide.ts';

/** An SMS that came in, as its carrier tells of it. */
export interface IncomingSms extends ReplyId {
  phone: string;
  text: string;
}

const HOUR = 3_600_000;
/** In place of the reason that a page would ask for. */
const BY_SMS = { zh: '短信答复', en: 'Answered by SMS' };

/**
 * Reads an SMS as the answer to a task and decides it, as the person whose phone it came from, with the rights of now. A carrier may hand it
 * over again at any time: what was finished is not looked at twice. Answers what came of it; undefined for what is no phone.
 */
export async function takeReply(deps: Deps, { phone: written, text, ...id }: IncomingSms): Promise<ReplyResult | undefined> {
  const { db, seal } = deps;
  const phone = e164(written);
  if (phone === undefined) return undefined;
  const index = phoneIndex(seal, phone);
  const before = await noteReply(db, id, index);
  if (before) return before;
  const result = await answer(deps, phone, index, text);
  await settleReply(db, id, result);
  return result;
}

async function answer(deps: Deps, phone: string, index: Buffer, text: string): Promise<ReplyResult> {
  const reply = parseReply(text);
  const { asks, known } = await asksOfPhone(deps.db, phoneIndexes(deps.seal, phone), reply?.digit);
  // A phone that nobody was asked at, or that is no longer the person's, hears nothing either: we are no way to send SMS to strangers.
  if (!known || !isOwnPhone(deps.seal, known)) return 'foreign';
  const ask = meant(asks.filter((each) => isOwnPhone(deps.seal, each)));
  if (!reply || !ask) return notUnderstood(deps, known, phone, index);
  const live = await withTask(deps.db, ask);
  if (!live) return 'foreign';
  const { actor, task } = live;
  if (ask.open && ask.expiresAt.getTime() <= Date.now()) return tooLate(deps, ask, phone, task.title);
  const wanted = answersOf(task).find(({ outcome }) => (outcome === 'rejected') !== reply.approves);
  if (!wanted) return notUnderstood(deps, ask, phone, index);
  const { outcome, commentNeeded } = wanted;
  try {
    const decided = await decide(deps.db, {
      taskId: task.id, actor, locale: ask.locale, seal: deps.seal, via: 'sms-reply', wanted: { outcome, ...(commentNeeded && { comment: textIn(ask.locale, BY_SMS) }) },
      idempotency: withoutKey,
    });
    await markUsed(deps.db, ask.id);
    deps.outbox.kick(decided.processId);
    return 'decided';
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 429) throw error;
    if (error.status === 400) return notUnderstood(deps, ask, phone, index);
    const { decidedBy, outcome: stands } = error.members as { decidedBy?: { id: string } | null; outcome?: string };
    if (decidedBy?.id === actor.personId && stands === outcome) return 'repeated';
    await recordRefusal(deps.db, { personId: actor.personId, route: 'POST /tasks/:id/decision', params: { id: task.id }, code: error.code });
    return tooLate(deps, ask, phone, task.title);
  }
}

/** Which ask of a digit is meant: the open one; where the digit had another task before, not until the SMS of the new one is on its way. */
function meant(asks: readonly RepliedAsk[]): RepliedAsk | undefined {
  const open = asks.find((each) => each.open);
  const closed = asks.find((each) => !each.open);
  return open && (open.sent || !closed) ? open : closed ?? open;
}

/** Helps, once an hour at most. */
async function notUnderstood({ db, seal }: Deps, ask: AskRow, phone: string, index: Buffer): Promise<ReplyResult> {
  const template = 'reply-not-understood' satisfies TemplateName;
  await db.transaction(async (trx) => {
    await lockPhone(trx, index);
    if (await wasTold(trx, phoneIndexes(seal, phone), template)) return;
    await enqueueSms(trx, seal, {
      key: `${template}.${randomUUID()}`, phone, personId: ask.personId, locale: ask.locale, template, params: {},
      notBefore: new Date(), expiresAt: new Date(Date.now() + HOUR),
    });
  });
  return 'not-understood';
}

/** Says that nothing was decided, once for an ask. */
async function tooLate({ db, seal }: Deps, ask: AskRow, phone: string, title: string): Promise<ReplyResult> {
  const template = 'reply-too-late' satisfies TemplateName;
  await db.transaction((trx) => enqueueSms(trx, seal, {
    key: `${ask.taskId}.${template}.${ask.personId}`, phone, personId: ask.personId, locale: ask.locale, template, params: { title: shortValue(title) },
    notBefore: new Date(), expiresAt: new Date(Date.now() + 4 * HOUR),
  }));
  return 'too-late';
}
