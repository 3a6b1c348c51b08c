import type { Knex } from 'knex';
import { timeoutPolicySchemaFor } from '../../activities/deadlines/timeout-policy-schema.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { addCalendar, addPolicy, findCalendar, listPolicies } from '../../db/queries/policies.ts';
import type { StepContract } from '../../workflows/lib/contract.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { adminContract } from '../contract/admin.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { parseInput } from '../input.ts';

/** The administrator's timeouts and calendar; each change is a new version. */
export function adminRoutes({ db }: Deps): Route[] {
  return [
    handle(adminContract.timeoutPolicies, async () => ({ items: await listPolicies(db) })),

    handle(adminContract.putTimeoutPolicy, async (call) => {
      const { params: { type, step }, actor, locale } = call;
      const contract = stepOf(type, step);
      const policy = parseInput(policySchemaOf(contract), call.body, 'body', locale);
      if (contract.byRequester && policy.escalate) throw invalidField('escalate', 'timeout-policy.escalate.requester');
      if (contract.expiryNeeded && !policy.expire) throw invalidField('expire', 'timeout-policy.expire.needed');
      if (!policy.expire && !policy.escalate) throw invalidField('escalate', 'timeout-policy.nobody');
      return transact(call, db, async (trx) => {
        const version = await addPolicy(trx, { type, step, policy, personId: actor.personId });
        await recordChange(trx, actor.personId, 'timeout-policy', `timeout-policy:${type}/${step}`, version);
        return found((await listPolicies(trx, { type, step }))[0]);
      });
    }),

    handle(adminContract.calendar, async () => found(await findCalendar(db))),

    handle(adminContract.putCalendar, async (call) => transact(call, db, async (trx) => {
      const version = await addCalendar(trx, { personId: call.actor.personId, calendar: call.body });
      await recordChange(trx, call.actor.personId, 'calendar', 'calendar', version);
      return found(await findCalendar(trx));
    })),
  ];
}

function stepOf(type: string, step: string): StepContract {
  const steps = Object.hasOwn(processTypes, type) ? processTypes[type]!.contract.steps : {};
  const contract = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (!contract) throw new Problem('step-unknown', { type, step });
  return contract;
}

/**
 * What a step may expire with: what only the clock answers, where there is such; else what a person could answer without filling in anything.
 * A lease ends at its end, and nobody acts in the requester's place: these are never handed over to the superior.
 */
function policySchemaOf({ outcomes, clockOutcomes, expiryNeeded, byRequester }: StepContract) {
  const own = Object.keys(clockOutcomes ?? outcomes).filter((outcome) => outcome !== 'resubmitted');
  return timeoutPolicySchemaFor(own, { handOver: !expiryNeeded && !byRequester });
}

async function recordChange(
  trx: Knex.Transaction, personId: string, what: string, object: string, version: number,
): Promise<void> {
  const actor = { kind: 'administrator', id: personId } as const;
  await recordAudit(trx, { actor, action: `change-${what}`, object, detail: { version } });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Problem('not-found');
  return value;
}
