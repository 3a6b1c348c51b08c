import type { Answer } from '../../../client.ts';
import { outcomeWords } from '../../../contracts.ts';
import { language, t } from '../../../texts.ts';
import { everyInWords, lengthInWords } from './lengths.ts';

export type PolicyItem = Answer<'get /admin/timeout-policies'>['items'][number];
export type Policy = PolicyItem['policy'];
export type PolicyPart = 'clock' | 'due' | 'remind' | 'escalate' | 'expire';

/** The outcome that closes nothing: the task goes to the superior. */
export const HAND_OVER = 'hand-over';

/** What a part of a policy says, in words, also where it says nothing. */
export function partInWords({ type, step }: { type: string; step: string }, policy: Policy, part: PolicyPart): string {
  const { clock, due, remind, escalate, expire } = policy;
  switch (part) {
    case 'clock': return t(`timeouts.clock.${clock}`);
    case 'due': return due === null ? t('policy.due.none') : t('policy.due', { length: lengthInWords(due, clock) });
    case 'remind': {
      if (remind === null || remind.times === 0) return t('policy.remind.none');
      const after = lengthInWords(remind.after, clock);
      if (remind.times === 1) return t('policy.remind.once', { after });
      return t('policy.remind', { after, every: everyInWords(remind.every, clock), times: remind.times });
    }
    case 'escalate':
      return escalate === null ? t('policy.escalate.none') : t('policy.escalate', { after: lengthInWords(escalate.after, clock) });
    case 'expire': {
      if (expire === null) return t('policy.expire.none');
      const after = lengthInWords(expire.after, clock);
      if (expire.outcome === HAND_OVER) return t('policy.expire.hand-over', { after });
      return t('policy.expire', { after, outcome: outcomeWords(type, step, expire.outcome) });
    }
  }
}

/** A whole policy as a sentence, without what it does not have. */
export function policyInWords(of: { type: string; step: string }, policy: Policy): string {
  const { due, remind, escalate, expire } = policy;
  const parts = ([due && 'due', remind && remind.times > 0 && 'remind', escalate && 'escalate', expire && 'expire'] as const)
    .filter((part) => typeof part === 'string' && part.length > 0) as PolicyPart[];
  const sentence = parts.map((part) => partInWords(of, policy, part)).join(t('policy.and'));
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

/** What is different between two versions, part by part, in words. */
export function differences(of: { type: string; step: string }, was: Policy, is: Policy): { was: string; is: string }[] {
  const parts: PolicyPart[] = ['clock', 'due', 'remind', 'escalate', 'expire'];
  return parts.map((part) => ({ was: partInWords(of, was, part), is: partInWords(of, is, part) })).filter((each) => each.was !== each.is);
}

/** The company's time, wherever the browser is. */
const ZONE = 'Asia/Shanghai';
const DAY = 86_400_000;

/** An instant by its weekday, as far as that says which one is meant: 本周五 16:00, 下周一 11:00, 12月7日周一 09:30. */
export function weekWords(at: string | Date, now: Date): string {
  const then = new Date(at);
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language.value, { ...options, timeZone: ZONE, hourCycle: 'h23' }).format(then);
  const values = {
    weekday: format({ weekday: language.value === 'en' ? 'long' : 'short' }),
    time: format({ hour: '2-digit', minute: '2-digit' }),
    date: format({ month: 'short', day: 'numeric' }),
  };
  const weeks = weekOf(then) - weekOf(now);
  return t(weeks === 0 ? 'week.this' : weeks === 1 ? 'week.next' : 'week.date', values);
}

/** The number of the week of `at`, which begins on Monday. */
function weekOf(at: Date): number {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, dateStyle: 'short' }).format(at).split('-').map(Number);
  // 1970-01-01 was a Thursday.
  return Math.floor((Date.UTC(year!, month! - 1, day) / DAY + 3) / 7);
}
