import { setTimeout as delay } from 'node:timers/promises';
import { qrOf } from '../../api/visits/qr.ts';
import { connect } from '../../db/connect.ts';
import { startVisit } from '../../db/queries/visits.ts';
import { createSeal } from '../../db/sealed.ts';
import { plantedVisitor } from '../planted.ts';
import { until } from '../system.ts';
import { KIOSKS } from '../visits.ts';
import { many, type Experiment, type Stage } from './experiment.ts';
import { visitProcess } from '../../workflows/visit/contract.ts';

/** So many are invited by the API, with a code on a phone; the others are of those whom the front desk announces, who get no SMS. */
const INVITED = 20;
const WARM_UP = 40;
const HOST = { username: 'requester', personId: 'person-wang-wei', departmentId: 'dept-marketing' };

/**
 * F24V: as many visits as there are, whose windows end at one instant. Some come before it; afterwards kiosks with the right codes and QR codes,
 * and the front desk, try to let in whom the clock has not got to yet.
 */
export const visitStorm: Experiment = {
  id: 'F24V',
  title: 'visits whose windows end at one instant; right codes and the front desk afterwards',
  counts: { quick: 150, full: 10_000 },
  unit: 'visits',
  budget: { quick: 240, full: 1_800 },
  quietWithin: 120,
  async run(stage) {
    const { driver, count, sql, system } = stage;
    const seal = createSeal(system.secret);
    const db = connect(system.databaseUrl, 2);
    const begin = (ends: Date): Promise<string> => {
      const window = { from: new Date(Date.now() - 60_000).toISOString(), until: ends.toISOString() };
      const company = (id: number): string => `${plantedVisitor.company} #${id}`;
      const body = (id: number) => ({ visitor: { company: company(id) }, purpose: 'business', party: 1 });
      return driver.record(HOST.username, 'invite', body, async (id) => db.transaction(async (trx) => startVisit(trx, seal, {
        process: visitProcess({
          visitor: { name: '赫*', phone: '154****0987', company: company(id) }, party: 1, purpose: 'business', place: '调度楼', windows: [window],
          hostId: HOST.personId, way: 'desk-confirmed',
        }, { requesterId: HOST.personId, departmentId: HOST.departmentId }),
        values: [{ path: 'visitor.name', kind: 'name', value: plantedVisitor.name }, { path: 'visitor.phone', kind: 'phone', value: plantedVisitor.phone }],
      })));
    };
    try {
      // Its item's id is what I12 must find in Temporal, so that finding nothing else means something.
      await driver.startFor('requester2', driver.itemIds[0]!, 1);
      const began = performance.now();
      await many(WARM_UP, 2, async () => { await begin(new Date(Date.now() + 4 * 3_600_000)); });
      await until('first arrivals', async () => (await expected(sql)).length >= WARM_UP, 60);
      const rate = WARM_UP / ((performance.now() - began) / 1_000);
      const ends = new Date(Date.now() + (Math.max(count, 100) / Math.min(rate, 25) * 1.5 + 15) * 1_000);

      const invited: { processId: string; phone: string }[] = [];
      const others: string[] = [];
      for (let n = 0; n < Math.min(INVITED, count / 5); n += 1) {
        const phone = `154${String(20_000_000 + n)}`;
        const { answer } = await driver.ask(HOST.username, 'invite', '/visits', {
          bodyOf: (id) => ({
            visitor: { name: plantedVisitor.name, phone, company: `${plantedVisitor.company} #${id}` }, purpose: 'business', place: '调度楼', party: 1,
            from: new Date().toISOString(), until: ends.toISOString(),
          }),
        });
        invited.push({ processId: answer.id, phone });
      }
      await many(count - invited.length, 2, async () => {
        if (Date.now() < ends.getTime() - 10_000) others.push(await begin(ends));
      });
      const started = others.length + invited.length;
      await until('all arrivals', async () => (await expected(sql, ends)).length >= started, Math.max(5, (ends.getTime() - Date.now()) / 1_000 - 3)).catch(() => 0);
      const due = (await expected(sql, ends)).length;

      const ids = [...others, ...invited.map(({ processId }) => processId)];

      // One in twenty comes, the last ones as the doors close.
      const coming = others.filter((_, i) => i % 20 === 0);
      const came: string[] = [];
      await delay(Math.max(0, ends.getTime() - Date.now() - 3_000 - coming.length * 10));
      await many(coming.length, 4, async (i) => {
        const id = coming[i]!;
        if (i % 2) await delay(Math.max(0, ends.getTime() - Date.now() - 60));
        const { result } = await driver.ask('frontdesk', 'check-in', `/visits/${id}/check-in`, { target: id, bodyOf: () => ({}) });
        if (result === 'ok') came.push(id);
      });
      await delay(Math.max(0, ends.getTime() - Date.now() + 20));
      const trying = tryAfterwards(stage, { invited, others: others.filter((id) => !coming.includes(id)), seal });
      let drained = Number.NaN;
      try {
        // One that was opened late has its turn too.
        await until('the last of them', async () => (await sql(
          "SELECT FROM task WHERE step = 'arrival' AND state = 'decided' AND process_id = ANY ($1)", [ids])).length >= ids.length, 900);
        drained = (Date.now() - ends.getTime()) / 1_000;
      } finally {
        await trying;
      }
      const { tried, letIn } = await trying;
      const rows = await sql(`
        SELECT t.outcome, t.actor_kind, (SELECT count(*)::int FROM audit_event e WHERE e.task_id = t.id AND e.action = 'task-decided') AS times
        FROM task t WHERE t.step = 'arrival' AND t.process_id = ANY ($1)`, [ids]);
      const missed = rows.filter(({ outcome, actor_kind: by }) => outcome === 'missed' && by === 'clock').length;
      return {
        done: due,
        figures: {
          'due at one instant': due, 'came before': came.length, 'missed': missed, 'tried to come in afterwards': tried,
          'drained after': `${drained.toFixed(1)} s (${(missed / drained).toFixed(0)}/s)`, 'arrivals opened': `${rate.toFixed(0)}/s`,
        },
        wrong: [
          ...letIn.map((how) => `let in after the end: ${how}`),
          ...(rows.length === ids.length && rows.every(({ times }) => times === 1) ? [] : [`${rows.length} arrivals of ${ids.length} visits, decided ${rows.reduce((sum, { times }) => sum + times, 0)} times`]),
          ...(missed + came.length === ids.length ? [] : [`${missed} missed and ${came.length} came of ${ids.length}`]),
        ],
        missed: [
          ...(drained > 300 ? ['drained within 5 min'] : []), ...(due < started ? [`${started} waited for at the instant, not ${due}`] : []),
        ],
      };
    } finally {
      await db.destroy();
    }
  },
};

/** Comes too late by every way in; answers how often, and how somebody got in. */
async function tryAfterwards(
  { driver, sql }: Stage, { invited, others, seal }: { invited: { processId: string; phone: string }[]; others: string[]; seal: ReturnType<typeof createSeal> },
): Promise<{ tried: number; letIn: string[] }> {
  const letIn: string[] = [];
  let tried = 0;
  const come = async (username: string, op: 'kiosk-in' | 'check-in', path: string, target: string, body: object, how: string): Promise<void> => {
    tried += 1;
    const { result } = await driver.ask(username, op, path, { target, once: op === 'kiosk-in', bodyOf: () => body });
    if (result === 'ok') letIn.push(`${how} of ${target}`);
  };
  const byDesk = many(Math.min(100, others.length), 3, async (i) => {
    const id = others.at(-1 - i)!;
    await come('frontdesk', 'check-in', `/visits/${id}/check-in`, id, {}, 'front desk');
  });
  const atKiosks = many(invited.length, 2, async (i) => {
    const { processId, phone } = invited[i]!;
    const code = await driver.visits!.codeOf(processId);
    const [pass] = await sql('SELECT id FROM visit_pass WHERE process_id = $1', [processId]);
    const kiosk = KIOSKS[i % 2]!;
    if (i % 3 > 0 && code) await come(kiosk, 'kiosk-in', '/kiosk/check-ins', processId, { code, phoneTail: phone.slice(-4) }, 'right code');
    else await come(kiosk, 'kiosk-in', '/kiosk/check-ins', processId, { qr: qrOf(seal, 'entry', pass.id) }, 'right QR code');
  });
  await Promise.all([byDesk, atKiosks]);
  return { tried, letIn };
}

/** Arrivals that are waited for, of windows that end at this instant. */
function expected(sql: Stage['sql'], ends?: Date): ReturnType<Stage['sql']> {
  return sql("SELECT id FROM task WHERE step = 'arrival' AND state = 'open' AND ($1::timestamptz IS NULL OR expire_at = $1)", [ends ?? null]);
}
