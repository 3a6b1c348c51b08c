import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import type { temporal } from '@temporalio/proto';
import pg from 'pg';
import { decisionsIn, forEach, Histories, resultOf, type Described } from './histories.ts';
import { readOps, type Json, type Op } from './op-log.ts';
import { findIn, findInDatabase, planted } from './planted.ts';

/**
 * The invariants that are checked: nothing lost, no phantom, one decision, the first wins, stock adds up, everything moves on, histories
 * replay, privacy, no orphan.
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I6' | 'I8' | 'I10' | 'I12' | 'I14';

/** One thing that is not as it must be; `id` is of the process, task, item, or place. */
export interface Violation {
  invariant: Invariant;
  id: string;
  text: string;
}

/** A run that is over: what was asked of the system, and where its databases are. */
export interface Run {
  opsFile: string;
  /** A superuser's address of a database. */
  adminUrl(database: string): string;
  temporalAddress: string;
  namespace: string;
  /** The path of the workflows' bundle that must replay everything. */
  bundle: string;
  /** Opaque ids that must be found in Temporal, so that a search which finds nothing there means something. */
  controls: readonly string[];
  logs(): { name: string; text: string }[];
  /** Seconds within which everything must be quiet once the load has ended. */
  quietWithin?: number;
}

/** What a check saw. */
export interface Report {
  violations: Violation[];
  processes: number;
  decisions: number;
  replayed: number;
  /** Seconds until the outbox was empty and no workflow moved. */
  quietAfter: number;
}

type Row = Record<string, Json>;
type History = temporal.api.history.v1.IHistory;

interface Facts {
  ops: Op[];
  tables: Tables;
  described: Map<string, Described | undefined>;
  histories: Map<string, History>;
}

type Tables = Record<
  'process' | 'form' | 'task' | 'audit' | 'outbox' | 'effect' | 'item' | 'movement' | 'reservation' | 'constraints', Row[]
>;

/**
 * Checks a run by the tables and the histories themselves, with SQL and readers of its own: what it would share with the product could be
 * wrong in both. The load must have ended.
 */
export async function check(run: Run): Promise<Report> {
  const client = new pg.Client({ connectionString: run.adminUrl('houqin') });
  await client.connect();
  const temporal = await Histories.connect(run.temporalAddress, run.namespace);
  try {
    const { violations, quietAfter } = await liveness(client, temporal, run.quietWithin ?? 30);
    const tables = await readTables(client);
    const described = new Map<string, Described | undefined>();
    const histories = new Map<string, History>();
    await forEach(tables.process, async ({ id }) => {
      described.set(id, await temporal.describe(id));
      const history = await temporal.history(id);
      if (history) histories.set(id, history);
    });
    const facts: Facts = { ops: readOps(run.opsFile), tables, described, histories };
    violations.push(
      ...nothingLost(facts), ...noPhantoms(facts), ...oneDecision(facts), ...firstWins(facts), ...stockAdds(facts),
      ...await replays(run.bundle, histories), ...await privacy(run), ...await noOrphans(facts, temporal),
    );
    return {
      violations,
      quietAfter,
      processes: tables.process.length,
      decisions: tables.task.filter(({ state }) => state === 'decided').length,
      replayed: histories.size,
    };
  } finally {
    await client.end();
    await temporal.close();
  }
}

/** The violations as a test reports them, with what is needed to make the run again. */
export function describeViolations(violations: readonly Violation[], seed: number): string {
  const lines = violations.slice(0, 40).map(({ invariant, id, text }) => `${invariant} ${id}: ${text}`);
  return `${violations.length} violations with seed ${seed}:\n${lines.join('\n')}`;
}

async function readTables(client: pg.Client): Promise<Tables> {
  const read = async (sql: string): Promise<Row[]> => (await client.query(sql)).rows;
  return {
    process: await read('SELECT id, status, outcome, requester_id, form_version FROM process'),
    form: await read('SELECT process_id, version, form, created_by FROM process_form'),
    task: await read('SELECT * FROM task'),
    audit: await read('SELECT action, actor_kind, actor_id, process_id, task_id FROM audit_event WHERE NOT refused'),
    outbox: await read('SELECT id, process_id, kind, name, payload FROM outbox'),
    effect: await read('SELECT key, process_id, name, state, result FROM effect'),
    item: await read('SELECT id, on_hand, reserved FROM item'),
    movement: await read('SELECT item_id, kind, quantity, process_id, effect_key FROM stock_movement'),
    reservation: await read('SELECT process_id, item_id, quantity, issued, released FROM reservation'),
    constraints: await read(
      'SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE convalidated',
    ),
  };
}

/** I1: every op that was answered with success stands, exactly once. */
function nothingLost({ ops, tables }: Facts): Violation[] {
  const violations: Violation[] = [];
  const say = (op: Op, text: string): void => {
    const id = String(op.answer?.processId ?? op.answer?.id ?? op.target);
    violations.push({ invariant: 'I1', id, text: `op ${op.id} (${op.op} by ${op.username}) ${text}` });
  };
  const [processes, tasks] = [byId(tables.process), byId(tables.task)];
  for (const op of ops.filter(({ result }) => result === 'ok')) {
    if (op.op === 'start') {
      const process = processes.get(op.answer.id);
      if (!process) say(op, 'was answered 201; the process is not there');
      else if (process.requester_id !== op.actor) say(op, `stands in the name of ${process.requester_id}`);
      const forms = tables.form.filter(({ version, form }) => version === 1 && form.purpose === op.body.form.purpose);
      if (forms.length !== 1 || forms[0]!.process_id !== op.answer.id) say(op, `stands in ${forms.length} processes`);
      else if (!isDeepStrictEqual(forms[0]!.form, op.body.form)) say(op, 'stands with another form');
    }
    if (op.op === 'decide') {
      const task = tasks.get(op.target!);
      if (task?.state !== 'decided') say(op, `was answered 200; the task ${op.target} is ${task?.state ?? 'not there'}`);
      else if (task.decided_by === op.actor && task.decided_at.toISOString() === op.answer.decidedAt) {
        const wanted = { comment: op.body.comment ?? null, data: op.body.data ?? null };
        if (!isDeepStrictEqual({ comment: task.comment, data: task.data }, wanted)) say(op, `stands with other words or data on ${op.target}`);
      }
      if (op.body.outcome === 'resubmitted') {
        const forms = tables.form.filter(({ form }) => form.purpose === op.body.data.form.purpose);
        if (forms.length !== 1) say(op, `stands as ${forms.length} form versions`);
      }
    }
    if (op.op === 'withdraw') {
      const process = processes.get(op.target!);
      if (process?.outcome !== 'withdrawn') say(op, `was answered 200; the process is ${process?.outcome ?? process?.status ?? 'not there'}`);
    }
  }
  for (const { op, task, actor, ok, stands } of changes({ ops, tables })) {
    if (stands < ok) violations.push({ invariant: 'I1', id: task, text: `${ok} × ${op} by ${actor} answered with success, ${stands} stand` });
  }
  return violations;
}

/** I2: nothing stands that nobody asked for. */
function noPhantoms({ ops, tables }: Facts): Violation[] {
  const violations: Violation[] = [];
  const say = (id: string, text: string): void => {
    violations.push({ invariant: 'I2', id, text });
  };
  const asked = ops.filter(({ result }) => result !== 'fail');
  const purposes = new Set(asked.map(({ op, body }) => (op === 'start' ? body.form.purpose : body.data?.form?.purpose)).filter(Boolean));
  for (const process of tables.process) {
    const forms = tables.form.filter((form) => form.process_id === process.id);
    if (forms.length === 0) say(process.id, 'a process without a form');
    for (const { form, version } of forms) if (!purposes.has(form.purpose)) say(process.id, `form version ${version} traces to no op`);
  }
  for (const task of tables.task.filter(({ actor_kind }) => actor_kind === 'person')) {
    const traced = asked.some(({ op, target, actor, body }) =>
      op === 'decide' && target === task.id && actor === task.decided_by && body.outcome === task.outcome);
    if (!traced) say(task.id, `the decision ${task.outcome} by ${task.decided_by} traces to no op`);
  }
  for (const { op, task, actor, ok, unknown, stands } of changes({ ops, tables })) {
    if (stands > ok + unknown) say(task, `${stands} × ${op} by ${actor} stand, ${ok} were answered with success, ${unknown} are unknown`);
  }
  return violations;
}

const ACTIONS = {
  decide: 'task-decided', withdraw: 'process-withdrawn', claim: 'task-claimed', release: 'task-released', transfer: 'task-transferred',
} as const;

/** For each act of a person on a task or process: how often it was answered with success, is unknown, and stands in the audit trail. */
function changes({ ops, tables }: Pick<Facts, 'ops' | 'tables'>) {
  const counts = new Map<string, { op: string; task: string; actor: string; ok: number; unknown: number; stands: number }>();
  const at = (op: string, task: string, actor: string) => {
    const key = `${op} ${task} ${actor}`;
    const count = counts.get(key) ?? { op, task, actor, ok: 0, unknown: 0, stands: 0 };
    counts.set(key, count);
    return count;
  };
  for (const { op, target, actor, result } of ops) if (op !== 'start' && result !== 'fail') at(op, target!, actor)[result] += 1;
  for (const [op, action] of Object.entries(ACTIONS)) {
    for (const event of tables.audit.filter((each) => each.action === action && each.actor_kind === 'person')) {
      at(op, op === 'withdraw' ? event.process_id : event.task_id, event.actor_id).stands += 1;
    }
  }
  return counts.values();
}

/** What PostgreSQL itself must refuse, whatever the code does. */
const PROTECTIONS = [
  ['task', 'PRIMARY KEY (id)'],
  ['task', 'UNIQUE (process_id, step, n)'],
  ['task', "CHECK (((state = 'decided'::text) = (outcome IS NOT NULL)))"],
  ['task', "CHECK (((state = 'decided'::text) = (decided_at IS NOT NULL)))"],
  ['task', "CHECK (((state = 'decided'::text) = (actor_kind IS NOT NULL)))"],
  ['process', 'PRIMARY KEY (id)'],
  ['process', "CHECK (((status = 'ended'::text) = (outcome IS NOT NULL)))"],
  ['effect', 'PRIMARY KEY (key)'],
  ['stock_movement', 'UNIQUE (effect_key, item_id)'],
  ['idempotency', 'PRIMARY KEY (person_id, route, key)'],
] as const;

/** I3: one decision per task, and the schema that keeps it so. */
function oneDecision({ tables }: Facts): Violation[] {
  const violations: Violation[] = [];
  for (const [table, definition] of PROTECTIONS) {
    if (tables.constraints.some((each) => each.table === table && each.definition === definition)) continue;
    violations.push({ invariant: 'I3', id: table, text: `has lost its protection ${definition}` });
  }
  const count = (rows: Row[], id: (row: Row) => string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(id(row), (counts.get(id(row)) ?? 0) + 1);
    return counts;
  };
  const audited = count(tables.audit.filter(({ action }) => action === 'task-decided'), ({ task_id }) => task_id);
  const signalled = count(tables.outbox.filter(({ name }) => name === 'decide'), ({ payload }) => payload.taskId);
  for (const task of tables.task) {
    const decided = task.state === 'decided' ? 1 : 0;
    const inAudit = audited.get(task.id) ?? 0;
    const say = (text: string): number => violations.push({ invariant: 'I3', id: task.id, text });
    if (inAudit !== decided) say(`is ${task.state} and has ${inAudit} decisions in the audit trail`);
    const byPerson = task.actor_kind === 'person' ? 1 : 0;
    const inOutbox = signalled.get(task.id) ?? 0;
    if (inOutbox !== byPerson) say(`has ${inOutbox} decisions in the outbox instead of ${byPerson}`);
  }
  return violations;
}

/** I4: the decision in the database is the one that was answered 200, and the one that the history followed; the losers heard of it. */
function firstWins({ ops, tables, histories }: Facts): Violation[] {
  const violations: Violation[] = [];
  const say = (id: string, text: string): void => {
    violations.push({ invariant: 'I4', id, text });
  };
  const decisions = new Map([...histories].flatMap(([, history]) => [...decisionsIn(history)]));
  for (const task of tables.task.filter(({ state }) => state === 'decided')) {
    const stands = {
      outcome: task.outcome, actorKind: task.actor_kind, decidedBy: task.decided_by, decidedAt: task.decided_at.toISOString(),
      facts: task.facts,
    };
    const followed = decisions.get(task.id) ?? [];
    if (followed.length === 0) say(task.id, `is decided; its history holds no decision`);
    for (const { by, decision } of followed) {
      const { taskId: _task, ...told } = decision;
      if (isDeepStrictEqual(told, stands)) continue;
      say(task.id, `stands as ${JSON.stringify(stands)}, a ${by} in the history says ${JSON.stringify(told)}`);
    }
    const asked = ops.filter(({ op, target }) => op === 'decide' && target === task.id);
    const winners = asked.filter(({ result }) => result === 'ok');
    const unknown = asked.filter(({ result }) => result === 'unknown');
    if (task.actor_kind === 'person' && winners.length !== 1 && !(winners.length === 0 && unknown.length > 0)) {
      say(task.id, `${winners.length} decisions were answered 200`);
    }
    for (const { actor, body, answer } of winners) {
      if (actor !== task.decided_by || body.outcome !== task.outcome || answer.decidedAt !== stands.decidedAt) {
        say(task.id, `stands as ${JSON.stringify(stands)}, the one 200 said ${answer.outcome} by ${actor} at ${answer.decidedAt}`);
      }
    }
    for (const { status, answer } of asked.filter(({ result }) => result === 'fail')) {
      if (status !== 409 || answer.decidedAt === undefined) continue;
      const isTrue = answer.outcome === task.outcome && answer.decidedBy?.id === task.decided_by;
      if (!isTrue) say(task.id, 'a loser was told of another decision');
    }
  }
  for (const process of tables.process) {
    const history = histories.get(process.id);
    const result = history && resultOf(history);
    if (result === undefined || result === process.outcome) continue;
    say(process.id, `ended ${process.outcome}, its workflow returned ${JSON.stringify(result)}`);
  }
  return violations;
}

/** I6: the ledger adds up, and what went over the counter is what was decided there. */
function stockAdds({ tables }: Facts): Violation[] {
  const violations: Violation[] = [];
  const say = (id: string, text: string): void => {
    violations.push({ invariant: 'I6', id, text });
  };
  const sum = (rows: Row[], value: (row: Row) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const stillHeld = ({ quantity, issued, released }: Row): number => quantity - issued - released;
  for (const item of tables.item) {
    const moved = sum(tables.movement.filter(({ item_id }) => item_id === item.id), ({ quantity }) => quantity);
    const held = sum(tables.reservation.filter(({ item_id }) => item_id === item.id), stillHeld);
    if (moved !== item.on_hand) say(item.id, `${item.on_hand} on hand, its movements add up to ${moved}`);
    if (held !== item.reserved) say(item.id, `${item.reserved} reserved, its reservations hold ${held}`);
    if (item.on_hand < 0 || item.reserved < 0 || item.reserved > item.on_hand) say(item.id, `${item.reserved} reserved of ${item.on_hand}`);
  }
  const issues = tables.movement.filter(({ kind }) => kind === 'issue');
  const keys = new Set<string>();
  for (const { effect_key: key, item_id: item, process_id: process } of issues) {
    if (keys.has(`${key} ${item}`)) say(key, `moved ${item} twice`);
    keys.add(`${key} ${item}`);
    const effect = tables.effect.find((each) => each.key === key);
    if (effect?.state !== 'applied' || effect.process_id !== process) say(key, `moved ${item} of ${process} without standing as applied`);
  }
  for (const process of tables.process) {
    const mine = (rows: Row[]): Row[] => rows.filter(({ process_id }) => process_id === process.id);
    const decided = new Map<string, number>();
    for (const task of mine(tables.task).filter(({ step, outcome }) => step === 'hand-over' && outcome === 'issued')) {
      // No lines at all means everything that was waiting at the counter.
      const lines: [string, number][] = task.data?.lines?.map((line: Row) => [line.itemId, line.issued])
        ?? Object.entries(task.bounds.lines.most);
      for (const [item, issued] of lines) decided.set(item, (decided.get(item) ?? 0) + issued);
    }
    const reserved = new Map(mine(tables.reservation).map((row) => [row.item_id, row]));
    for (const item of new Set([...decided.keys(), ...reserved.keys(), ...mine(issues).map(({ item_id }) => item_id)])) {
      const said = decided.get(item) ?? 0;
      const moved = -sum(mine(issues).filter(({ item_id }) => item_id === item), ({ quantity }) => quantity);
      const booked = reserved.get(item)?.issued ?? 0;
      if (said !== moved || said !== booked) say(process.id, `${item}: ${said} decided, ${moved} moved, ${booked} booked on the reservation`);
    }
    const held = sum([...reserved.values()], stillHeld);
    if (process.status === 'ended' && held !== 0) say(process.id, `has ended ${process.outcome} and still holds ${held}`);
  }
  return violations;
}

/** I8: once the faults are healed everything comes to rest; what does not is named. */
async function liveness(client: pg.Client, temporal: Histories, within: number): Promise<{ violations: Violation[]; quietAfter: number }> {
  const began = performance.now();
  for (;;) {
    const violations = await restless(client, temporal);
    const seconds = (performance.now() - began) / 1_000;
    if (violations.length === 0 || seconds > within) return { violations, quietAfter: seconds };
    await delay(250);
  }
}

async function restless(client: pg.Client, temporal: Histories): Promise<Violation[]> {
  const violations: Violation[] = [];
  const say = (id: string, text: string): void => {
    violations.push({ invariant: 'I8', id, text });
  };
  const { rows: undelivered } = await client.query<Row>(`
    SELECT id, process_id, kind, name, parked_at IS NOT NULL AS parked, extract(epoch FROM now() - created_at)::float8 AS seconds, last_error
    FROM outbox WHERE delivered_at IS NULL`);
  for (const { id, process_id, name, parked, seconds, last_error } of undelivered) {
    say(process_id, `outbox row ${id} (${name}) is ${parked ? 'parked' : `${Math.round(seconds)} s old`}${last_error ? `: ${last_error}` : ''}`);
  }
  const { rows: waiting } = await client.query<Row>(`
    SELECT p.id FROM process p WHERE p.status = 'running' AND NOT EXISTS (SELECT FROM task t WHERE t.process_id = p.id AND t.state = 'open')`);
  for (const { id } of waiting) say(id, 'is running and has no open task');
  // Their workflows move still, so there is no use in asking each one.
  if (violations.length > 0) return violations;
  const { rows: living } = await client.query<Row>(`
    SELECT p.id FROM process p WHERE p.status = 'running' OR p.ended_at > now() - interval '5 minutes'`);
  await forEach(living, async ({ id }) => {
    const pending = (await temporal.describe(id))?.pendingTask;
    if (pending) say(id, `has a workflow task at attempt ${pending.attempt}, ${Math.round(pending.seconds)} s old`);
  });
  return violations;
}

/** I10: every history replays with the build that runs. */
async function replays(bundle: string, histories: Map<string, History>): Promise<Violation[]> {
  const violations: Violation[] = [];
  const all = [...histories].map(([workflowId, history]) => ({ workflowId, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath: bundle } }, all)) {
    if (error) violations.push({ invariant: 'I10', id: workflowId, text: `does not replay: ${error.message}` });
  }
  return violations;
}

/** I12: nothing that people wrote is in Temporal or in a log; the search proves itself on ids that must be there. */
async function privacy(run: Run): Promise<Violation[]> {
  const values = Object.values(planted);
  const finds = [
    ...await findInDatabase(run.adminUrl('temporal'), [...values, ...run.controls]),
    ...await findInDatabase(run.adminUrl('temporal_visibility'), values),
    ...run.logs().flatMap(({ name, text }) => findIn(name, Buffer.from(text), values)),
  ];
  const isControl = ({ value }: { value: string }): boolean => run.controls.includes(value);
  return [
    ...finds.filter((find) => !isControl(find)).map(({ value, encoding, place }): Violation => ({
      invariant: 'I12', id: place, text: `holds “${value}” as ${encoding}`,
    })),
    ...(run.controls.length > 0 && !finds.some(isControl)
      ? [{ invariant: 'I12', id: 'temporal', text: 'the search does not find an id that must be there' } as const] : []),
  ];
}

/** I14: a process that goes on has exactly one running workflow, and a running workflow its process. */
async function noOrphans({ tables, described }: Facts, temporal: Histories): Promise<Violation[]> {
  const processes = byId(tables.process);
  const mayRun = (id: string): boolean => processes.get(id)?.status === 'running'
    || tables.task.some((task) => task.process_id === id && task.after_end && task.state === 'open');
  const mustRun = (id: string): boolean => processes.get(id)?.status === 'running';
  const look = async (): Promise<Violation[]> => {
    const violations: Violation[] = [];
    const say = (id: string, text: string): void => {
      violations.push({ invariant: 'I14', id, text });
    };
    for (const [id, workflow] of described) {
      const { status, outcome } = processes.get(id)!;
      const stands = workflow?.status ?? 'missing';
      if (mustRun(id) ? stands !== 'RUNNING' : stands !== 'COMPLETED' && !(stands === 'RUNNING' && mayRun(id))) {
        say(id, `is ${outcome ?? status}, its workflow is ${stands}`);
      }
    }
    const runs = await temporal.list();
    for (const id of processes.keys()) {
      const mine = runs.filter(({ workflowId }) => workflowId === id);
      if (mine.length !== 1) say(id, `has ${mine.length} runs of its workflow`);
    }
    for (const { workflowId, status } of runs) {
      if (workflowId.startsWith('temporal-sys-')) continue;
      if (!processes.has(workflowId)) say(workflowId, `is a workflow (${status}) without a process`);
      else if (status === 'RUNNING' && !mayRun(workflowId)) say(workflowId, 'is a running workflow of a process that has ended');
    }
    return violations;
  };
  // Visibility follows a moment later, and allows few calls a second.
  let violations = await look();
  for (let attempt = 0; violations.length > 0 && attempt < 3; attempt += 1) {
    await delay(1_000);
    violations = await look();
  }
  return violations;
}

function byId(rows: Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
