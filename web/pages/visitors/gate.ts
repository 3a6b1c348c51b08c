import { call, CallError, newIdempotencyKey } from '../../client.ts';
import type { Pass, Visit } from './visit-words.ts';

/** What the front desk does with one key. */
export type GateStep = 'check-in' | 'check-out' | 'undo-check-in' | 'undo-check-out';

const AGAIN_AFTER_MS = 500;
const MOST_TRIES = 12;

/** What takes a step back. */
export const UNDO_OF = { 'check-in': 'undo-check-in', 'check-out': 'undo-check-out' } as const;

/** Takes a step at the gate. Throws CallError. */
export async function takeStep(step: GateStep, id: string): Promise<{ visit: Visit; pass?: Pass }> {
  return onceArranged(async () => {
    const given = { params: { id }, body: {}, idempotencyKey: newIdempotencyKey() };
    if (step === 'check-in') return call('post /visits/:id/check-in', given);
    return { visit: await call(`post /visits/:id/${step}`, given) };
  });
}

/** Checks in by the code that a visitor says, with the last four digits of the phone. Throws CallError. */
export function checkInByCode(code: string, phoneTail: string): Promise<{ visit: Visit; pass: Pass }> {
  return onceArranged(() => call('post /visits/check-ins', { body: { code, phoneTail } }));
}

/** While the step before is still being arranged it is tried again for some seconds. */
async function onceArranged<Done>(take: () => Promise<Done>): Promise<Done> {
  for (let n = 1; ; n += 1) {
    try {
      return await take();
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
