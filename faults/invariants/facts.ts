import type pg from 'pg';
import type { temporal } from '@temporalio/proto';
import { forEach, type Described, type Histories } from '../histories.ts';
import { readOps, readSightings, type Json, type Op, type Sighting } from '../op-log.ts';

/**
 * The invariants that are checked: nothing lost, no phantom, one decision, the first wins and is heard in order, effects once, stock adds up,
 * everything moves on, projection as histories, histories replay, audited, privacy, clock, no orphan, own writes seen. I7 is about money, of
 * which there is none yet. I16 is the gate: who came, once and in time. I17 are repairs: whose they are, and what was promised and taken.
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12' | 'I13' | 'I14' | 'I15' | 'I16' | 'I17';

/** One thing that is not as it must be; `id` is of the process, task, item, or place. */
export interface Violation {
  invariant: Invariant;
  id: string;
  text: string;
}

export type Row = Record<string, Json>;
export type History = temporal.api.history.v1.IHistory;

export type Tables = Record<
  'process' | 'form' | 'task' | 'audit' | 'outbox' | 'effect' | 'item' | 'movement' | 'reservation' | 'pass' | 'sms' | 'order' | 'offer' | 'part' | 'notice' | 'constraints' | 'triggers', Row[]
>;

/** What a run has left behind, read once for all the checks. */
export interface Facts {
  ops: Op[];
  sightings: Sighting[];
  tables: Tables;
  described: Map<string, Described | undefined>;
  histories: Map<string, History>;
}

/** Reads op log, tables and histories. Nothing may move any more. */
export async function readFacts(opsFile: string, client: pg.Client, temporal: Histories): Promise<Facts> {
  const tables = await readTables(client);
  const described = new Map<string, Described | undefined>();
  const histories = new Map<string, History>();
  await forEach(tables.process, async ({ id }) => {
    described.set(id, await temporal.describe(id));
    const history = await temporal.history(id);
    if (history) histories.set(id, history);
  });
  return { ops: readOps(opsFile), sightings: readSightings(opsFile), tables, described, histories };
}

async function readTables(client: pg.Client): Promise<Tables> {
  const read = async (sql: string): Promise<Row[]> => (await client.query(sql)).rows;
  return {
    process: await read('SELECT id, type, status, outcome, requester_id, form_version FROM process'),
    form: await read('SELECT process_id, version, form, hash, created_by FROM process_form'),
    task: await read('SELECT * FROM task'),
    audit: await read('SELECT action, actor_kind, actor_id, process_id, task_id, at, detail FROM audit_event WHERE NOT refused ORDER BY seq'),
    outbox: await read('SELECT id, process_id, kind, name, payload, delivered_at FROM outbox ORDER BY id'),
    effect: await read('SELECT key, process_id, name, state, result FROM effect'),
    item: await read('SELECT id, on_hand, reserved FROM item'),
    movement: await read('SELECT item_id, kind, quantity, process_id, effect_key FROM stock_movement'),
    reservation: await read('SELECT process_id, item_id, quantity, issued, released FROM reservation'),
    pass: await read('SELECT id, key, process_id, valid_from, valid_until, used_at, revoked_at, tries FROM visit_pass'),
    sms: await read(`
      SELECT key, template, (SELECT count(*)::int FROM sms_try WHERE sms_id = sms.id AND result = 'accepted') AS accepted,
        (SELECT count(*)::int FROM sms_try WHERE sms_id = sms.id AND result IN ('asked', 'unknown')) AS unsure
      FROM sms WHERE template LIKE 'visit-%'`),
    order: await read('SELECT process_id, offered_to, repairer_id FROM repair_order'),
    offer: await read('SELECT key, process_id, repairer_id, at FROM repair_offer'),
    part: await read('SELECT key, process_id, item_id, quantity, missing FROM repair_part'),
    notice: await read("SELECT key, person_id, kind, process_id FROM notice WHERE kind IN ('eta-broken', 'clock-late')"),
    constraints: await read(
      'SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE convalidated',
    ),
    triggers: await read("SELECT tgrelid::regclass::text AS table, tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"),
  };
}

/** Rows by one of their columns. */
export function group(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const mine = groups.get(row[column]);
    if (mine) mine.push(row);
    else groups.set(row[column], [row]);
  }
  return groups;
}

/** Rows by their id. */
export function byId(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** A place to put violations of one invariant. */
export function sayOf(invariant: Invariant): { violations: Violation[]; say(id: string, text: string): void } {
  const violations: Violation[] = [];
  return { violations, say: (id, text) => { violations.push({ invariant, id, text }); } };
}
