import { z } from 'zod';
import type { TimeoutPolicy } from './deadlines.ts';
import { durationToMilliseconds, maximumDurationDays, parseDuration } from './duration.ts';
import { durationSchema } from './duration-schema.ts';

const remindSchema = z
  .strictObject({ after: durationSchema, every: durationSchema, times: z.int().min(0).max(20) })
  .refine(endsInTime, { path: ['every'], error: 'timeout-policy.remind.every.out-of-range' });

/** A timeout policy in a request body. Its messages are keys of the error catalogue; the path names the field. */
export const timeoutPolicySchema = z.strictObject({
  clock: z.enum(['business', 'wall']),
  due: durationSchema.nullable(),
  remind: remindSchema.nullable(),
  escalate: z.strictObject({ after: durationSchema }).nullable(),
  expire: z
    .strictObject({
      after: durationSchema,
      outcome: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'timeout-policy.expire.outcome.invalid', abort: true }),
    })
    .nullable(),
}) satisfies z.ZodType<TimeoutPolicy>;

/** The same for a step, which expires with one of `allowed`. */
export function timeoutPolicySchemaFor(allowed: readonly string[]): z.ZodType<TimeoutPolicy> {
  return timeoutPolicySchema.refine(
    ({ expire }) => !expire || allowed.includes(expire.outcome),
    { path: ['expire', 'outcome'], error: 'timeout-policy.expire.outcome.unknown' },
  );
}

/** Each part is bounded by itself; twenty times ten years must not be asked of the calendar. */
function endsInTime({ after, every, times }: NonNullable<TimeoutPolicy['remind']>): boolean {
  const lengthOf = (text: string): number => durationToMilliseconds(parseDuration(text));
  return lengthOf(after) + Math.max(0, times - 1) * lengthOf(every) <= maximumDurationDays * 86_400_000;
}
