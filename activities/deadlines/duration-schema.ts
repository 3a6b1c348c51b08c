import { z } from 'zod';
import { durationPattern, parseDuration } from './duration.ts';

/** A duration in a request body; stays text. The message is a key of the error catalogue, which has both languages. */
export const durationSchema = z
  .string()
  .regex(durationPattern, { error: 'duration.invalid', abort: true })
  .refine(isWithinBounds, { error: 'duration.out-of-range', abort: true });

function isWithinBounds(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}
