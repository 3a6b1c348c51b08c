import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** Who did something: a person, a clock, the system itself, or an administrator in office. */
export type Actor =
  | { kind: 'person' | 'administrator'; id: string }
  | { kind: 'clock' | 'system'; id?: undefined };

/** One line of the audit trail. `detail` holds ids, quantities and outcomes, never personal values. */
export interface AuditEvent {
  actor: Actor;
  action: string;
  onBehalfOf?: string | null;
  processId?: string | null;
  taskId?: string | null;
  object?: string | null;
  refused?: boolean;
  code?: string | null;
  detail?: Record<string, unknown>;
}

/** Writes an audit event, in the transaction of what it tells of. */
export async function recordAudit(db: Db | Knex.Transaction, event: AuditEvent): Promise<void> {
  await recordAudits(db, [event]);
}

/** Writes many audit events in one statement. */
export async function recordAudits(db: Db | Knex.Transaction, events: AuditEvent[]): Promise<void> {
  if (events.length > 0) await db('audit_event').insert(events.map(toRow)).options(events.length === 1 ? { name: 'insert-audit' } : {});
}

function toRow(event: AuditEvent): Record<string, unknown> {
  return {
    actor_kind: event.actor.kind,
    actor_id: event.actor.id ?? null,
    on_behalf_of: event.onBehalfOf ?? null,
    action: event.action,
    process_id: event.processId ?? null,
    task_id: event.taskId ?? null,
    object: event.object ?? null,
    refused: event.refused ?? false,
    code: event.code ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  };
}
