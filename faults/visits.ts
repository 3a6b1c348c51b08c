import { createSeal, type Seal } from '../db/sealed.ts';
import { withClient } from '../scripts/servers/postgres.ts';
import type { Driver } from './driver.ts';
import type { Json } from './op-log.ts';
import { planted, plantedVisitor } from './planted.ts';
import type { Random } from './random.ts';
import type { System } from './system.ts';

const HOUR_MS = 3_600_000;
/** The devices at the gate, as `Driver` knows them. */
export const KIOSKS = ['kiosk 1', 'kiosk 2'] as const;
/** Whom walk-ins ask for: the two who answer, and one whom nobody knows. */
const HOSTS = [{ name: '王薇', department: '营销部' }, { name: '赵磊', department: '运维检修部' }, { name: '无此人', department: '营销部' }] as const;

/** Somebody who acts again and again. */
interface Loop {
  username: string;
  act(draws: Random): Promise<void>;
}

/** Visitors, their hosts, the front desk and kiosks, as `Driver` sets them to work beside the others. */
export class Visits {
  private readonly driver: Driver;
  private readonly seal: Seal;
  private readonly adminUrl: System['adminUrl'];
  /** Visits that were told a code, with the phone that has it; each tries it once. */
  private readonly codes: { processId: string; phone: string }[] = [];
  /** Walk-ins that wait at a kiosk. */
  private readonly waiting: { kiosk: string; token: string; company: string }[] = [];
  /** Printed passes. */
  private readonly passes: { processId: string; qr: string }[] = [];

  private constructor(driver: Driver, { adminUrl, secret }: Pick<System, 'adminUrl' | 'secret'>) {
    this.driver = driver;
    this.adminUrl = adminUrl;
    this.seal = createSeal(secret);
  }

  /** Enrols the kiosks; before any fault. */
  static async prepare(driver: Driver, phones: Pick<System, 'adminUrl' | 'secret'>): Promise<Visits> {
    for (const kiosk of KIOSKS) await driver.enrol(kiosk);
    return new Visits(driver, phones);
  }

  /** Who acts: the hosts, the front desk, the kiosks. */
  loops(hosts: readonly string[]): Loop[] {
    const loops: Loop[] = [
      ...hosts.map((username) => ({ username: `${username} as a host`, act: (draws: Random) => this.actAsHost(username, draws) })),
      { username: 'frontdesk', act: (draws) => this.actAtDesk(draws) },
      ...KIOSKS.map((username) => ({ username, act: (draws: Random) => this.actAtKiosk(username, draws) })),
    ];
    // Less often than the others act, who have the longer way to go.
    return loops.map(({ username, act }) => ({ username, act: async (draws) => { if (draws.chance(0.5)) await act(draws); } }));
  }

  private async actAsHost(username: string, draws: Random): Promise<void> {
    const { driver } = this;
    if (draws.chance(0.3)) return this.invite(username, draws);
    const [task] = (await driver.list(username, '/tasks?view=open&type=visit&limit=20')).filter(({ step }) => step.endsWith('-review'));
    if (task) {
      await driver.decideOne(username, task.id, draws.chance(0.75) ? { outcome: 'approved' } : { outcome: 'rejected', comment: planted.comment });
      return;
    }
    if (!draws.chance(0.25)) return;
    const mine = await driver.list(username, '/processes?view=mine&status=running&type=visit&limit=50');
    if (mine.length === 0) return;
    const { id } = draws.one(mine);
    const what = draws.chance(0.5) ? 'move' : 'cancel';
    const bodyOf = (): object => (what === 'move' ? windowIn(draws) : { reason: planted.reason });
    await driver.ask(username, what === 'move' ? 'move' : 'withdraw', `/visits/${id}/${what}`, { target: id, bodyOf });
  }

  private async invite(username: string, draws: Random): Promise<void> {
    // A phone that many have takes the looks of many; who comes with a code has one of its own.
    const isPlanted = draws.chance(0.4);
    const window = windowIn(draws);
    let phone = '';
    const answered = await this.driver.ask(username, 'invite', '/visits', {
      bodyOf: (id) => {
        phone = isPlanted ? plantedVisitor.phone : phoneOf(id);
        return {
          visitor: { ...visitor(id, phone), ...(draws.chance(0.4) && { idNumber: plantedVisitor.idNumber, idConsent: true }) },
          purpose: 'business', reason: plantedVisitor.reason, place: '调度楼', party: draws.whole(1, 4), ...window,
        };
      },
    });
    if (answered.result === 'ok' && !isPlanted) this.codes.push({ processId: answered.answer.id, phone });
  }

  private async actAtDesk(draws: Random): Promise<void> {
    const { driver } = this;
    const [task] = (await driver.list('frontdesk', '/tasks?view=open&type=visit&limit=20')).filter(({ step }) => step === 'front-desk-review');
    if (task && draws.chance(0.5)) {
      await driver.decideOne('frontdesk', task.id, draws.chance(0.5) ? { outcome: 'approved' } : { outcome: 'rejected', comment: planted.comment });
      return;
    }
    const items = await driver.list('frontdesk', '/visits/board');
    const chosen = items.filter(({ state }) => ['expected', 'inside', 'left'].includes(state));
    if (chosen.length === 0) return;
    const visit = draws.one(chosen);
    const act = actOn(visit.state, draws);
    if (!act) return;
    const once = (): Promise<unknown> => driver.ask('frontdesk', act, `/visits/${visit.id}/${act}`, { target: visit.id, bodyOf: () => ({}) });
    // Twice at once by two windows of one browser, now and then.
    await Promise.all(draws.chance(0.15) ? [once(), once()] : [once()]);
  }

  private async actAtKiosk(kiosk: string, draws: Random): Promise<void> {
    const draw = draws.next();
    if (draw < 0.3) return this.walkIn(kiosk, draws);
    if (draw < 0.5) return this.enter(kiosk);
    if (draw < 0.8) return this.comeWithCode(kiosk, draws);
    const [pass] = this.passes.splice(0, 1);
    if (!pass) return;
    await this.driver.ask(kiosk, 'kiosk-out', '/kiosk/check-outs', { target: pass.processId, once: true, bodyOf: () => ({ qr: pass.qr }) });
  }

  private async walkIn(kiosk: string, draws: Random): Promise<void> {
    let company = '';
    const { result, answer } = await this.driver.ask(kiosk, 'walk-in', '/kiosk/requests', {
      once: true,
      bodyOf: (id) => {
        const who = visitor(id, draws.chance(0.5) ? plantedVisitor.phone : phoneOf(id));
        ({ company } = who);
        return { visitor: who, host: draws.one(HOSTS), purpose: 'delivery', party: 1, hours: 1 };
      },
    });
    if (result === 'ok') this.waiting.push({ kiosk, token: answer.token, company });
  }

  private async enter(kiosk: string): Promise<void> {
    const at = this.waiting.findIndex((each) => each.kiosk === kiosk);
    const [walkIn] = at === -1 ? [] : this.waiting.splice(at, 1);
    if (!walkIn) return;
    const { token, company } = walkIn;
    const seen = await this.driver.call(kiosk, 'POST', '/kiosk/requests/look', { token }).catch(() => undefined);
    if (!seen || seen.status >= 500 || seen.body.state === 'waiting') this.waiting.push(walkIn);
    if (seen?.body.state !== 'approved') return;
    const processId = await this.processOf(company);
    if (processId) await this.comeIn(kiosk, processId, '/kiosk/requests/enter', { token });
  }

  private async comeWithCode(kiosk: string, draws: Random): Promise<void> {
    const at = draws.whole(0, this.codes.length);
    const [visit] = this.codes.splice(at, 1);
    if (!visit) return;
    const code = await this.codeOf(visit.processId);
    if (!code) return;
    const come = (at: string): Promise<void> => this.comeIn(at, visit.processId, '/kiosk/check-ins', { code, phoneTail: visit.phone.slice(-4) });
    // At both kiosks, and the front desk waves through at the same moment.
    if (!draws.chance(0.2)) return come(kiosk);
    const desk = this.driver.ask('frontdesk', 'check-in', `/visits/${visit.processId}/check-in`, { target: visit.processId, bodyOf: () => ({}) });
    await Promise.all([desk, ...KIOSKS.map((each) => come(each))]);
  }

  private async comeIn(kiosk: string, processId: string, path: string, body: object): Promise<void> {
    const { result, answer } = await this.driver.ask(kiosk, 'kiosk-in', path, { target: processId, once: true, bodyOf: () => body });
    if (result === 'ok') this.passes.push({ processId, qr: answer.qr });
  }

  /** The code that the newest SMS told; nothing where there is none, or nobody to ask. */
  async codeOf(processId: string): Promise<string | undefined> {
    const [row] = await this.rows(
      "SELECT params_sealed FROM sms WHERE key LIKE $1 AND template IN ('visit-code', 'visit-moved') ORDER BY created_at DESC LIMIT 1", `${processId}.pass.%`);
    return row && JSON.parse(this.seal.open(row.params_sealed, 'sms.params')).code;
  }

  private async processOf(company: string): Promise<string | undefined> {
    return (await this.rows("SELECT process_id FROM process_form WHERE form->'visitor'->>'company' = $1", company))[0]?.process_id;
  }

  private async rows(sql: string, value: string): Promise<Json[]> {
    return withClient(this.adminUrl('houqin'), async (client) => (await client.query(sql, [value])).rows as Json[]).catch(() => []);
  }
}

/** Now until in an hour, or in some seconds so that many are missed. */
function windowIn(draws: Random): { from: string; until: string } {
  const now = Date.now();
  const lasts = draws.chance(0.35) ? draws.whole(3_000, 9_000) : HOUR_MS;
  return { from: new Date(now).toISOString(), until: new Date(now + lasts).toISOString() };
}

// The op's number in the company is what ties a visit to the op that asked for it.
function visitor(opId: number, phone: string): { name: string; phone: string; plate: string; company: string } {
  return { name: plantedVisitor.name, phone, plate: plantedVisitor.plate, company: `${plantedVisitor.company} #${opId}` };
}

function phoneOf(opId: number): string {
  return `154${String(opId).padStart(8, '0')}`;
}

function actOn(state: string, draws: Random): 'check-in' | 'check-out' | 'undo-check-in' | 'undo-check-out' | undefined {
  if (state === 'expected') return draws.chance(0.4) ? 'check-in' : undefined;
  if (state === 'inside') return draws.chance(0.15) ? 'undo-check-in' : draws.chance(0.5) ? 'check-out' : undefined;
  return draws.chance(0.05) ? 'undo-check-out' : undefined;
}
