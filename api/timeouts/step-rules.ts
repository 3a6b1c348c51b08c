import { handOverToSuperior } from '../../activities/deadlines/deadlines.ts';
import { timeoutPolicySchemaFor } from '../../activities/deadlines/timeout-policy-schema.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { timedSteps, type StepContract, type StepTimeouts } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { invalidField, Problem } from '../errors.ts';
import { invalidInput } from '../input.ts';

/** What a step allows its timeout policy to say. */
export interface StepRules {
  /** What it may expire with; `hand-over` gives the task to the superior. */
  readonly expireOutcomes: readonly string[];
  readonly mayEscalate: boolean;
  readonly expiryNeeded: boolean;
}

/** The contract of a step. Throws 404 for one that does not exist. */
export function stepOf(type: string, step: string): StepContract {
  const steps = Object.hasOwn(processTypes, type) ? timedSteps(processTypes[type]!.contract) : {};
  const contract = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (!contract) throw new Problem('step-unknown', { type, step });
  return contract;
}

/**
 * What a step may expire with: what only the clock answers, where there is such; else what a person could answer without filling in anything.
 * A lease ends at its end, nobody acts in the requester's place, and a process's clock decides nothing: these are never handed over to the superior.
 */
export function rulesOf({ outcomes, clockOutcomes, expiryNeeded = false, byRequester = false }: StepContract): StepRules {
  const own = Object.keys(clockOutcomes ?? outcomes).filter((outcome) => outcome !== 'resubmitted');
  const decides = Object.keys(outcomes).length > 0;
  return {
    expireOutcomes: !decides || expiryNeeded || byRequester ? own : [...own, handOverToSuperior],
    mayEscalate: !byRequester,
    expiryNeeded,
  };
}

/** A policy from a request, if the step allows it. Throws a 400 that names the field, below `prefix` where the policy is not the whole body. */
export function parsePolicy(contract: StepContract, body: unknown, locale: Locale, prefix?: string): StepTimeouts {
  const { expireOutcomes, mayEscalate, expiryNeeded } = rulesOf(contract);
  const { success, data: policy, error } = timeoutPolicySchemaFor(expireOutcomes).safeParse(body);
  if (!success) throw invalidInput(error.issues, 'body', locale, prefix);
  const refuse = (field: string, key: string): Problem => invalidField(prefix ? `${prefix}.${field}` : field, key);
  if (!mayEscalate && policy.escalate) throw refuse('escalate', 'timeout-policy.escalate.requester');
  if (expiryNeeded && !policy.expire) throw refuse('expire', 'timeout-policy.expire.needed');
  if (!policy.expire && !policy.escalate) throw refuse('escalate', 'timeout-policy.nobody');
  return policy;
}
