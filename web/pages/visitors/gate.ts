import { call, CallError, newIdempotencyKey } from '../../client.ts';
import type { Pass, Visit } from './visit-words.ts';

/** What the front desk does with one key. */
export type GateStep = 'check-in' | 'check-out' | 'undo-check-in' | 'undo-check-out';

const AGAIN_AFTER_MS = 500;
const MOST_TRIES = 12;

/** What takes a step back. */
export const UNDO_OF = { 'check-in': 'undo-check-in', 'check-out': 'undo-check-out' } as const;

/** Takes a step at the gate; while the step before is still being arranged it is tried again for some seconds. Throws CallError. */
export async function takeStep(step: GateStep, id: string): Promise<{ visit: Visit; pass?: Pass }> {
  for (let n = 1; ; n += 1) {
    try {
      const given = { params: { id }, body: {}, idempotencyKey: newIdempotencyKey() };
      if (step === 'check-in') return await call('post /visits/:id/check-in', given);
      return { visit: await call(`post /visits/:id/${step}`, given) };
    } catch (error) {
      if (!(error instanceof CallError && error.problem.code === 'visit-arranging') || n === MOST_TRIES) throw error;
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_AFTER_MS); });
    }
  }
}

/** What Enter does with a visit: in or out; nothing where the visitor is neither expected nor inside. */
export function nextStep({ state }: Visit): 'check-in' | 'check-out' | undefined {
  return state === 'expected' ? 'check-in' : state === 'inside' ? 'check-out' : undefined;
}
