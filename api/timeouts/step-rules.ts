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

/** A step with what its outcomes ask for. */
export interface TimedStep {
  contract: StepContract;
  /** Whether an outcome can be given without filling in anything. */
  isBare(outcome: string): boolean;
}

/** A step that has a timeout policy. Throws 404 for one that does not exist. */
export function stepOf(type: string, step: string): TimedStep {
  const processType = Object.hasOwn(processTypes, type) ? processTypes[type]! : undefined;
  const steps = processType ? timedSteps(processType.contract) : {};
  const contract = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (!contract) throw new Problem('step-unknown', { type, step });
  const schemas = processType?.decisions?.[step] ?? {};
  return { contract, isBare: (outcome) => schemas[outcome]?.safeParse(undefined).success ?? true };
}

/**
 * What a step may expire with: what only the clock answers, where there is such; else what a person could answer without filling in anything.
 * A lease ends at its end, nobody acts in the requester's place, and a process's clock decides nothing: these are never handed over to the superior.
 */
export function rulesOf({ contract, isBare }: TimedStep): StepRules {
  const { outcomes, clockOutcomes, expiryNeeded = false, byRequester = false, transfers } = contract;
  const own = Object.keys(clockOutcomes ?? outcomes).filter((outcome) => outcome !== 'resubmitted' && (clockOutcomes || isBare(outcome)));
  const decides = Object.keys(outcomes).length > 0;
  return {
    expireOutcomes: !decides || expiryNeeded || byRequester ? own : [...own, handOverToSuperior],
    // Whoever it was escalated to would answer for the one who was asked.
    mayEscalate: !byRequester && transfers !== 'nobody',
    expiryNeeded,
  };
}

/** A policy from a request, if the step allows it. Throws a 400 that names the field, below `prefix` where the policy is not the whole body. */
export function parsePolicy(step: TimedStep, body: unknown, locale: Locale, prefix?: string): StepTimeouts {
  const { expireOutcomes, mayEscalate, expiryNeeded } = rulesOf(step);
  const { success, data: policy, error } = timeoutPolicySchemaFor(expireOutcomes).safeParse(body);
  if (!success) throw invalidInput(error.issues, 'body', locale, prefix);
  const refuse = (field: string, key: string): Problem => invalidField(prefix ? `${prefix}.${field}` : field, key);
  if (!mayEscalate && policy.escalate) throw refuse('escalate', 'timeout-policy.escalate.requester');
  if (expiryNeeded && !policy.expire) throw refuse('expire', 'timeout-policy.expire.needed');
  if (!policy.expire && !policy.escalate) throw refuse('escalate', 'timeout-policy.nobody');
  return policy;
}
