import type { z } from 'zod';
import type { AuditRow, Name } from '../../db/queries/audit-log.ts';
import type { ReplayFinding } from '../../workflows/audit-replay.ts';
import type { ProcessContract, Text } from '../../workflows/lib/contract.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { endpoints } from '../contract.ts';
import type { auditContract } from '../contract/audit.ts';
import { problems } from '../errors.ts';
import { contractOf, presentEntry } from '../processes/present.ts';

type CaseEntry = z.input<typeof auditContract.processEvents.response>['items'][number];
type LogEntry = z.input<typeof auditContract.events.response>['items'][number];

/** An audit event as the auditor reads it in a case; `receivers` are the names of those to whom something was handed. */
export function presentAudit(row: AuditRow, type: string, receivers: ReadonlyMap<string, Text>): CaseEntry {
  return { ...presentEntry(row, contractOf(type), receivers), ...factsOf(row) };
}

/** An audit event of the operations log; `names` are those of the objects. */
export function presentLogEntry(row: AuditRow, names: ReadonlyMap<string, Name>): LogEntry {
  const contract = row.process_type === null ? undefined : contractOf(row.process_type);
  const step = row.step ?? textOf(row.detail.step);
  const outcome = row.outcome ?? textOf(row.detail.outcome);
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    actorKind: row.actor_kind,
    actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name ?? row.actor_id },
    action: row.action,
    process: row.process_number === null ? null
      : { id: row.process_id!, number: row.process_number, title: row.process_title!, type: row.process_type! },
    step: contract && step !== null ? contract.steps[step]?.title ?? null : null,
    object: objectWords(row.object, names),
    outcome: contract && outcome !== null ? outcomeOf(contract, step, outcome) : null,
    detail: row.detail,
    ...factsOf(row),
  };
}

function factsOf(row: AuditRow) {
  return {
    refused: row.refused,
    code: row.code,
    refusal: row.refused && row.code !== null && Object.hasOwn(problems, row.code) ? problems[row.code as keyof typeof problems].title : null,
    attempt: attemptWords(row.action),
    onBehalfOf: row.on_behalf_of === null ? null : { id: row.on_behalf_of, name: row.on_behalf_of_name ?? row.on_behalf_of },
    policyVersion: versionOf(row.detail.policyVersion),
    calendarVersion: versionOf(row.detail.calendarVersion),
  };
}

const summaries = new Map<string, Text>();

/** What an endpoint does, where an action is one that refused (`POST /tasks/:id/decision`). */
export function attemptWords(action: string): Text | null {
  if (!action.includes(' /')) return null;
  if (summaries.size === 0) for (const { method, path, summary } of endpoints) summaries.set(`${method.toUpperCase()} ${path}`, summary);
  return summaries.get(action) ?? null;
}

/** What a departure means, for people: where, and that nothing is broken by having looked. */
export function departureWords({ event }: NonNullable<ReplayFinding['departure']>): Text {
  return {
    zh: `${event === null ? '' : `从历史的第 ${event} 个事件起，`}正在运行的程序会发出与历史记录不同的指令。`,
    en: `${event === null ? 'The' : `From event ${event} of the history on, the`} running build would do something else than what the history records.`,
  };
}

function objectWords(object: string | null, names: ReadonlyMap<string, Name>): Text | null {
  if (object === null) return null;
  const name = names.get(object);
  if (name) return name;
  const [, type, step] = /^timeout-policy:([^/]+)\/(.+)$/.exec(object) ?? [];
  const contract = type !== undefined && Object.hasOwn(processTypes, type) ? processTypes[type]!.contract : undefined;
  if (!contract) return null;
  const title = contract.steps[step!]?.title;
  return { zh: `${contract.title.zh} · ${title?.zh ?? ''}`, en: `${contract.title.en} · ${title?.en ?? ''}` };
}

function outcomeOf({ steps, outcomes }: ProcessContract, step: string | null, outcome: string): Text | null {
  const at = step === null ? undefined : steps[step];
  return at?.outcomes[outcome] ?? at?.clockOutcomes?.[outcome] ?? outcomes[outcome]?.title ?? null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const versionOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
