import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Repairer } from '../../activities/repair-ranking.ts';
import type { Db } from '../connect.ts';
import { recordAudit } from './audit.ts';

/** Steps at which an order is at a repairer's hand. */
const AT_HAND = ['arrival', 'work', 'on-hold'];

/** What the service centre says of a repairer. */
export interface RepairerFields {
  skills: string[];
  buildingIds: string[];
  week: Record<string, { from: string; to: string }[] | undefined>;
  onCall: boolean;
  active: boolean;
}

/** An absence, from when until when, as PostgreSQL writes instants in JSON. */
export interface Absence {
  id: string;
  from: string;
  until: string;
  reason: string;
}

/** A repairer with what the rota page shows. */
export interface RepairerRow extends Repairer {
  phone: string | null;
  active: boolean;
  absences: Absence[];
}

/**
 * Repairers with their load at `at`: those in use whose account is open and who have the role, or with `all` whoever has the role. `from`
 * and `until` of an absence are half-open.
 */
export async function repairersAt(db: Db | Knex.Transaction, at: Date, { all = false }: { all?: boolean } = {}): Promise<RepairerRow[]> {
  const hand = db('repair_order').join('process', 'process.id', 'repair_order.process_id').where('process.status', 'running')
    .whereRaw(`(repair_order.offered_to = person.id OR (repair_order.repairer_id = person.id AND (repair_order.completed_at IS NULL
      OR EXISTS (SELECT FROM task WHERE task.process_id = process.id AND task.state = 'open' AND task.step = ANY (?)))))`, [AT_HAND]);
  return db('person').join('person_role', 'person_role.person_id', 'person.id').leftJoin('repairer', 'repairer.person_id', 'person.id')
    .where('person_role.role_id', 'repairer').where('person.active', true)
    .modify((query) => { if (!all) query.where('repairer.active', true); })
    .orderBy('person.id')
    .select<RepairerRow[]>(
      'person.id', 'person.name', 'person.phone',
      db.raw("coalesce(repairer.skills, '{}') AS skills"), db.raw('coalesce(repairer.building_ids, \'{}\') AS "buildingIds"'),
      db.raw("coalesce(repairer.week, '{}') AS week"), db.raw('coalesce(repairer.on_call, false) AS "onCall"'), db.raw('coalesce(repairer.active, false) AS active'),
      db.raw('EXISTS (SELECT FROM repairer_absence a WHERE a.person_id = person.id AND a.from_at <= ? AND a.until_at > ?) AS away', [at, at]),
      hand.clone().select(db.raw('count(*)::int')).as('open'),
      hand.clone().select(db.raw("coalesce(array_agg(DISTINCT building_id), '{}')")).as('atBuildings'),
      db('repair_order').whereRaw('repairer_id = person.id').where('taken_on_at', '>', new Date(at.getTime() - 30 * 86_400_000)).select(db.raw('count(*)::int')).as('recent'),
      db('repair_offer').whereRaw('repairer_id = person.id').max('at').as('lastAskedAt'),
      db.raw(`(SELECT coalesce(json_agg(json_build_object('id', a.id, 'from', a.from_at, 'until', a.until_at, 'reason', a.reason) ORDER BY a.from_at), '[]')
        FROM repairer_absence a WHERE a.person_id = person.id AND a.until_at > ?) AS absences`, [at]),
    );
}

/** Writes what a repairer can do and when. False when there is no such person with the role. */
export async function putRepairer(trx: Knex.Transaction, id: string, fields: RepairerFields, by: string): Promise<boolean> {
  const person = await trx('person').join('person_role', 'person_role.person_id', 'person.id').where({ 'person.id': id, role_id: 'repairer' }).first('person.id');
  if (!person) return false;
  const { skills, buildingIds, week, onCall, active } = fields;
  const row = { skills, building_ids: buildingIds, week: JSON.stringify(week), on_call: onCall, active, updated_at: trx.fn.now() };
  await trx('repairer').insert({ person_id: id, ...row }).onConflict('person_id').merge();
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'repairer-changed', object: id, detail: { ...fields } });
  return true;
}

/** Adds an absence and answers its id; undefined for whoever is no repairer. */
export async function addAbsence(
  trx: Knex.Transaction, { personId, from, until, reason, by }: { personId: string; from: string; until: string; reason: string; by: string },
): Promise<string | undefined> {
  if (!(await trx('repairer').where({ person_id: personId }).first('person_id'))) return undefined;
  const id = `absence-${uuidv7()}`;
  await trx('repairer_absence').insert({ id, person_id: personId, from_at: from, until_at: until, reason, created_by: by });
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'absence-added', object: personId, detail: { from, until } });
  return id;
}

/** Takes an absence back. False when there is none. */
export async function removeAbsence(trx: Knex.Transaction, { personId, id, by }: { personId: string; id: string; by: string }): Promise<boolean> {
  if ((await trx('repairer_absence').where({ id, person_id: personId }).delete()) === 0) return false;
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'absence-removed', object: personId });
  return true;
}
