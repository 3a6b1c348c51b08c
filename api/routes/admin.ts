import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import {
  addCalendar, addPolicy, countOpenTasks, findCalendar, listPolicies, lockCalendar, lockPolicy, policyVersions, type PolicyVersion,
} from '../../db/queries/policies.ts';
import { currentCalendar } from '../../db/queries/timeouts.ts';
import { adminContract } from '../contract/admin.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { samplesOf, warningsOf } from '../timeouts/preview.ts';
import { parsePolicy, rulesOf, stepOf } from '../timeouts/step-rules.ts';

const MOST_VERSIONS = 100;

/** The administrator's timeouts and calendar; each change is a new version. */
export function adminRoutes({ db }: Deps): Route[] {
  return [
    handle(adminContract.timeoutPolicies, async () => ({ items: (await listPolicies(db)).filter(isKnown).map(withRules) })),

    handle(adminContract.timeoutPolicyVersions, async ({ params }) => {
      stepOf(params.type, params.step);
      return { items: await policyVersions(db, params, MOST_VERSIONS) };
    }),

    handle(adminContract.previewTimeoutPolicy, async ({ params, body, locale }) => {
      const policy = parsePolicy(stepOf(params.type, params.step), body.policy, locale, 'policy');
      const [{ calendar }, openTasks] = await Promise.all([currentCalendar(db), countOpenTasks(db, params)]);
      const samples = samplesOf(policy, calendar, new Date(), body.openedAt === undefined ? undefined : new Date(body.openedAt));
      return {
        samples,
        warnings: warningsOf(policy, calendar, samples.at(-1)!.openedAt, locale),
        touches: { openTasks, keepDeadlines: true },
      };
    }),

    handle(adminContract.putTimeoutPolicy, async (call) => {
      const { params, query: { basedOn }, actor, locale } = call;
      const policy = parsePolicy(stepOf(params.type, params.step), call.body, locale);
      return transact(call, db, async (trx) => {
        await lockPolicy(trx, params);
        refuseIfMoved(basedOn, (await listPolicies(trx, params))[0]);
        const version = await addPolicy(trx, { ...params, policy, personId: actor.personId });
        await recordChange(trx, actor.personId, 'timeout-policy', `timeout-policy:${params.type}/${params.step}`, version);
        return withRules(found((await listPolicies(trx, params))[0]));
      });
    }),

    handle(adminContract.calendar, async () => found(await findCalendar(db))),

    handle(adminContract.putCalendar, async (call) => transact(call, db, async (trx) => {
      await lockCalendar(trx);
      refuseIfMoved(call.query.basedOn, await findCalendar(trx));
      const version = await addCalendar(trx, { personId: call.actor.personId, calendar: call.body });
      await recordChange(trx, call.actor.personId, 'calendar', 'calendar', version);
      return found(await findCalendar(trx));
    })),
  ];
}

/** A step that a later version of the product took away keeps its policies in the database. */
function isKnown({ type, step }: PolicyVersion): boolean {
  try {
    return Boolean(stepOf(type, step));
  } catch {
    return false;
  }
}

function withRules(item: PolicyVersion) {
  const { expireOutcomes, ...rules } = rulesOf(stepOf(item.type, item.step));
  return { ...item, rules: { ...rules, expireOutcomes: [...expireOutcomes] } };
}

/** 409 that says who published the newer version and when. */
function refuseIfMoved(
  basedOn: number | undefined, current: { version: number; changedAt: Date; changedBy: { id: string; name: string } | null } | undefined,
): void {
  if (basedOn === undefined || !current || current.version === basedOn) return;
  const { version, changedAt, changedBy } = current;
  throw new Problem('version-moved', { name: changedBy?.name ?? SYSTEM, at: changedAt, version }, { version, changedBy, changedAt });
}

const SYSTEM = { zh: '系统', en: 'The system' };

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
