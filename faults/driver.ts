import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Asked, Json, Op, OpLog, OpName } from './op-log.ts';
import { planted } from './planted.ts';
import type { Random } from './random.ts';
import { Repairs, REPAIRERS } from './repairs.ts';
import { Visits } from './visits.ts';
import type { System } from './system.ts';

/** People at work, as many ops a second as `pace` says, until `end` is called. */
export interface Load {
  /** Stops asking new things; resolves when each op that was asked is known, or given up. */
  end(): Promise<void>;
}

/** What the people work on and how fast. */
export interface Work {
  url: string;
  log: OpLog;
  random: Random;
  /** Milliseconds between two ops of one person, on average. */
  pace?: number;
  /** So many times the usual stock, for long runs. */
  stock?: number;
  /** Where a visitor's phone would be looked at: its database and key. Without it nobody visits. */
  phones?: Pick<System, 'adminUrl' | 'secret'>;
}

/** An op is asked again with its key until it is known, for so long: longer than any fault of ours lasts. */
const PATIENCE_MS = 100_000;
const CALL_LIMIT_MS = 15_000;
const PASSWORD = 'houqin-demo';

/** Of so many ops one is looked for in the actor's own list afterwards (I15). */
const LOOKS_EVERY = 7;

/** What came of an ask. */
export type Answered = Pick<Op, 'id' | 't1' | 'result' | 'status' | 'answer' | 'attempts'>;

/** An HTTP answer with its JSON. */
export interface Reply {
  status: number;
  body: Json;
}

/** Who works in the run, at what. */
const REQUESTERS = ['requester', 'requester2'] as const;
const DECIDERS = ['leader', 'leader2', 'director', 'storekeeper', 'sealkeeper'] as const;
const GATE = ['frontdesk'] as const;
const LEADERS = ['leader', 'leader2'] as const;

/** Seeded people who drive the system over HTTP as browsers would, and log each op before and after. */
export class Driver {
  private readonly work: Work;
  private readonly people = new Map<string, { id: string; cookie: string }>();
  private readonly items: string[] = [];
  private readonly all: string[] = [];
  private nextId = 1;
  /** Those who come and go; nobody does where there are no phones to look at. */
  visits: Visits | undefined;
  private repairs: Repairs | undefined;

  constructor(work: Work) {
    this.work = work;
  }

  /** Logs everybody in and puts items on the shelves; before any fault. */
  async prepare(): Promise<void> {
    for (const username of [...REQUESTERS, ...DECIDERS, ...GATE, 'service', ...REPAIRERS]) await this.admit(username);
    const { stock = 1, phones } = this.work;
    this.visits = phones && await Visits.prepare(this, phones);
    this.repairs = await Repairs.prepare(this);
    // The last two run out, which is a story of its own.
    for (const pieces of [400 * stock, 400 * stock, 60, 12]) this.items.push(await this.addItem(pieces));
  }

  /** Puts an item on the shelf; answers its id. The load asks only for those of `prepare`. */
  async addItem(stock: number): Promise<string> {
    const code = `F-${this.work.random.whole(100_000_000, 999_999_999)}`;
    const made = await this.call('storekeeper', 'POST', '/supply/items', { code, name: `物品 ${code}`, category: '故障', unit: '个', priceFen: 100 });
    const received = await this.call('storekeeper', 'POST', `/supply/items/${made.body.id}/receipts`, { quantity: stock });
    if (made.status !== 201 || received.status >= 300) throw new Error(`items: ${made.status}, ${received.status}`);
    this.all.push(made.body.id);
    return made.body.id;
  }

  /** Logs somebody in, who then can ask. */
  async admit(username: string): Promise<string> {
    const response = await fetch(`${this.work.url}/api/login`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: this.work.url },
      body: JSON.stringify({ username, password: PASSWORD }),
    });
    if (response.status !== 200) throw new Error(`login of ${username}: ${response.status}`);
    const { person } = await response.json() as { person: { id: string } };
    const cookie = response.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
    this.people.set(username, { id: person.id, cookie });
    return person.id;
  }

  /** Enrols a device as a kiosk, which then can ask under this name. */
  async enrol(name: string): Promise<void> {
    const made = await this.call('frontdesk', 'POST', '/visits/kiosks', { name, place: '大厅' });
    const response = await fetch(`${this.work.url}/api/kiosk/enrolment`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: this.work.url }, body: JSON.stringify({ code: made.body.enrolmentCode }),
    });
    if (response.status !== 200) throw new Error(`enrolment of ${name}: ${response.status}`);
    this.people.set(name, { id: made.body.id, cookie: response.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ') });
  }

  /** The person's id, or the kiosk's. */
  idOf(username: string): string {
    return this.people.get(username)!.id;
  }

  /** Ids of the items that the load asks for. */
  get itemIds(): readonly string[] {
    return this.items;
  }

  /** Ids of all the items that were put on the shelf. */
  get shelf(): readonly string[] {
    return this.all;
  }

  /** Sets everybody to work. */
  begin(): Load {
    const stopped = new AbortController();
    // Each loop waits by it.
    setMaxListeners(50, stopped.signal);
    const { random, pace = 700 } = this.work;
    const round = this.nextId;
    const loops = [
      ...REQUESTERS.map((username) => ({ username, act: (draws: Random) => this.actAsRequester(username, draws) })),
      ...DECIDERS.map((username) => ({ username, act: (draws: Random) => this.actAsDecider(username, draws) })),
      // Beside the requisitions, by draws of their own, so that an earlier seed's requisitions stay as they were.
      ...REQUESTERS.map((username) => ({ username: `${username} for a seal`, act: (draws: Random) => this.startSealUse(username, draws) })),
      ...this.visits?.loops(REQUESTERS) ?? [],
      ...this.repairs?.loops(REQUESTERS, LEADERS) ?? [],
    ].map(async ({ username, act }) => {
      const draws = random.fork(`${username} ${round}`);
      while (!stopped.signal.aborted) {
        await act(draws);
        await delay(pace * (0.5 + draws.next()), undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    });
    // Who fails meanwhile fails the end, where somebody listens.
    for (const loop of loops) loop.catch(() => stopped.abort());
    return {
      async end() {
        stopped.abort();
        await Promise.all(loops);
      },
    };
  }

  /** Starts one requisition and waits for its answer. */
  async startOne(username: string, draws: Random): Promise<void> {
    await this.op(username, 'start', '/processes', undefined, (id) => ({ type: 'supply-requisition', form: this.form(id, draws) }));
  }

  /** Starts one requisition of so many pieces of one item. */
  async startFor(username: string, itemId: string, quantity: number, key?: string): Promise<Answered> {
    const bodyOf = (id: number): object => ({
      type: 'supply-requisition', form: { purpose: `${planted.purpose} #${id}`, lines: [{ itemId, quantity }] },
    });
    return this.ask(username, 'start', '/processes', { bodyOf, key });
  }

  /** Decides one task. */
  async decideOne(username: string, taskId: string, body: object, key?: string): Promise<Answered> {
    return this.ask(username, 'decide', `/tasks/${taskId}/decision`, { target: taskId, bodyOf: () => body, key });
  }

  /** Starts one seal use, less often than requisitions. */
  private async startSealUse(username: string, draws: Random): Promise<void> {
    if (draws.chance(0.2)) await this.op(username, 'start', '/processes', undefined, (id) => ({ type: 'seal-use', form: sealForm(id, draws) }));
  }

  private async actAsRequester(username: string, draws: Random): Promise<void> {
    if (draws.chance(0.55)) return this.startOne(username, draws);
    if (draws.chance(0.25)) {
      const mine = this.ofTheStore(await this.list(username, '/processes?view=mine&status=running&limit=50'));
      if (mine.length === 0) return;
      const { id } = draws.one(mine);
      await this.op(username, 'withdraw', `/processes/${id}/withdraw`, id, () => ({ reason: planted.reason }));
      return;
    }
    const inbox = this.ofTheStore(await this.list(username, '/tasks?view=open&limit=50'));
    if (inbox.length === 0) return;
    const task = draws.one(inbox);
    if (task.step === 'evaluation') {
      const stars = { quality: draws.whole(1, 5), speed: draws.whole(1, 5), service: draws.whole(1, 5) };
      await this.decide(username, task, { outcome: 'evaluated', data: { stars, text: planted.evaluation } });
    } else if (draws.chance(0.2)) {
      await this.decide(username, task, { outcome: 'withdrawn' });
    } else {
      await this.op(username, 'decide', `/tasks/${task.id}/decision`, task.id, (id) => ({
        outcome: 'resubmitted', data: { form: task.type === 'seal-use' ? sealForm(id, draws) : this.form(id, draws) },
      }));
    }
  }

  private async actAsDecider(username: string, draws: Random): Promise<void> {
    const inbox = this.ofTheStore(await this.list(username, '/tasks?view=open&limit=50'));
    if (inbox.length === 0) return;
    const task = draws.one(inbox);
    if (draws.chance(0.1)) {
      const act = task.assignee ? 'release' : 'claim';
      await this.op(username, act, `/tasks/${task.id}/${act}`, task.id, () => ({}));
      return;
    }
    if (draws.chance(0.06)) {
      const to = this.people.get(username === 'leader2' ? 'leader' : 'leader2')!.id;
      await this.op(username, 'transfer', `/tasks/${task.id}/transfer`, task.id, () => ({ to, comment: planted.comment }));
      return;
    }
    const decision = await this.decisionFor(username, task, draws);
    if (!decision) return;
    if (!draws.chance(0.12)) return this.decide(username, task, decision);
    // Two windows of one browser, two keys, two minds: one of them must lose.
    const other = task.step === 'hand-over' ? { outcome: 'issued' } : { outcome: 'rejected', comment: planted.comment };
    await Promise.all([this.decide(username, task, decision), this.decide(username, task, other)]);
  }

  private async decisionFor(username: string, task: { id: string; step: string }, draws: Random): Promise<object | undefined> {
    if (task.step === 'stamp') return this.stampingFor(username, task, draws);
    if (task.step !== 'hand-over') {
      if (draws.chance(0.08)) return { outcome: 'rejected', comment: planted.comment };
      if (draws.chance(0.14)) {
        const toStep = task.step === 'service-centre-director' && draws.chance(0.5) ? 'department-leader' : 'revise';
        return { outcome: 'returned', comment: planted.comment, data: { toStep } };
      }
      if (task.step === 'department-leader' || draws.chance(0.6)) return { outcome: 'approved', comment: planted.comment };
    }
    const shown = await this.read(username, `/tasks/${task.id}`);
    const most = Object.entries<number>(shown?.bounds.lines?.most ?? {});
    if (most.length === 0) return undefined;
    if (task.step !== 'hand-over') {
      const [itemId, quantity] = draws.one(most);
      const lower = most.length > 1 ? draws.whole(0, quantity) : draws.whole(1, quantity);
      return { outcome: 'approved', data: { lines: [{ itemId, quantity: lower, reason: planted.lowered }] } };
    }
    if (draws.chance(0.4)) return { outcome: 'issued' };
    const lines = most.map(([itemId, quantity]) => ({ itemId, issued: draws.chance(0.6) ? quantity : draws.whole(0, quantity) }));
    if (lines.every(({ issued }) => issued === 0)) lines[0]!.issued = 1;
    return { outcome: 'issued', data: { lines, receivedBy: planted.receivedBy, rest: draws.one(['keep', 'keep', 'close']) } };
  }

  private async stampingFor(username: string, task: { id: string }, draws: Random): Promise<object | undefined> {
    if (draws.chance(0.1)) return { outcome: 'rejected', comment: planted.comment };
    if (draws.chance(0.15)) {
      return { outcome: 'returned', comment: planted.comment, data: { toStep: draws.one(['department-leader', 'revise']) } };
    }
    const most = (await this.read(username, `/tasks/${task.id}`))?.bounds.most?.copies;
    if (most === undefined) return undefined;
    return { outcome: 'stamped', ...(draws.chance(0.5) && { data: { copies: draws.whole(1, most) } }) };
  }

  /** What is none of a visit, which the loops of `Visits` look after. */
  private ofTheStore(items: Json[]): Json[] {
    return items.filter(({ type }) => type !== 'visit' && type !== 'repair-order');
  }

  // The op's number in the form is what ties a process to the op that asked for it.
  private form(opId: number, draws: Random): object {
    const items = this.items.filter(() => draws.chance(0.4));
    return {
      purpose: `${planted.purpose} #${opId}`,
      lines: (items.length > 0 ? items : [draws.one(this.items)]).map((itemId) => ({
        itemId, quantity: draws.whole(1, 6), ...(draws.chance(0.3) && { note: planted.note }),
      })),
    };
  }

  private async decide(username: string, task: { id: string }, body: object): Promise<void> {
    await this.op(username, 'decide', `/tasks/${task.id}/decision`, task.id, () => body);
  }

  private async op(username: string, op: OpName, path: string, target: string | undefined, bodyOf: (id: number) => object): Promise<void> {
    await this.ask(username, op, path, { target, bodyOf });
  }

  /**
   * Asks for something, logged before and after, again and again with its key until the answer is known. `bodyOf` gets the op's number; a
   * `key` of the caller's own makes several asks one wish. `once`: at a kiosk, which knows no keys, so that a lost answer stays unknown.
   */
  async ask(
    username: string, op: OpName, path: string, { target, bodyOf, key = randomUUID(), once = false }: {
      target?: string; bodyOf: (id: number) => object; key?: string; once?: boolean;
    },
  ): Promise<Answered> {
    const id = this.nextId;
    this.nextId += 1;
    const { log } = this.work;
    const asked: Asked = { id, key, actor: this.people.get(username)!.id, username, op, path, target, body: bodyOf(id), t0: Date.now() };
    log.asked(asked);
    for (let attempts = 1; ; attempts += 1) {
      const reply = await this.call(username, 'POST', path, asked.body, once ? undefined : asked.key).catch(() => undefined);
      const status = reply?.status ?? null;
      const isKnown = status !== null && status < 500 && status !== 408 && (once || status !== 429);
      const isGivenUp = once || Date.now() - asked.t0 > PATIENCE_MS;
      if (isKnown || isGivenUp) {
        const result = !isKnown ? 'unknown' : status < 300 ? 'ok' : 'fail';
        const answered = { id, t1: Date.now(), result, status, answer: reply?.body ?? null, attempts } as const;
        log.answered(answered);
        if (result === 'ok' && id % LOOKS_EVERY === 0) await this.look(username, asked, answered.answer);
        return answered;
      }
      await delay(300);
    }
  }

  /** Notes what is done beside the API, by the thousand, as if it had been asked for there. `work` gets the op's number and answers the process. */
  async record(username: string, op: OpName, bodyOf: (id: number) => object, work: (id: number) => Promise<{ id: string }>): Promise<string> {
    const id = this.nextId;
    this.nextId += 1;
    const { log } = this.work;
    log.asked({ id, key: randomUUID(), actor: this.idOf(username), username, op, path: '', body: bodyOf(id), t0: Date.now() });
    const answer = await work(id);
    log.answered({ id, t1: Date.now(), result: 'ok', status: 201, answer, attempts: 1 });
    return answer.id;
  }

  /** Looks in one's own list until it shows what was answered with success. */
  private async look(username: string, { id, op, target }: Asked, answer: Json): Promise<void> {
    const list = { start: '/processes?view=mine&limit=50', decide: '/tasks?view=done&limit=50' }[op as string];
    if (!list) return;
    const from = performance.now();
    const wanted = op === 'start' ? answer.id : target;
    for (let blind = 0; ;) {
      const began = (performance.now() - from) / 1_000;
      const reply = await this.call(username, 'GET', list).catch(() => undefined);
      const seconds = (performance.now() - from) / 1_000;
      const isSeen = reply?.status === 200 && reply.body.items.some((item: Json) => item.id === wanted);
      if (reply?.status === 200 && !isSeen) blind = began;
      if (isSeen || seconds > PATIENCE_MS / 1_000) {
        this.work.log.seen({ opId: id, list, seconds: isSeen ? seconds : null, blind });
        return;
      }
      await delay(100);
    }
  }

  /** What somebody's list holds; nothing where nobody could answer. */
  async list(username: string, path: string): Promise<Json[]> {
    return (await this.read(username, path))?.items ?? [];
  }

  /** A page as somebody sees it; nothing where nobody could answer: then the loop looks again later. */
  async read(username: string, path: string): Promise<Json> {
    const reply = await this.call(username, 'GET', path).catch(() => undefined);
    return reply?.status === 200 ? reply.body : undefined;
  }

  /** One call that no op log knows: for what is set up before a fault. */
  async call(username: string, method: string, path: string, body?: object, key?: string): Promise<Reply> {
    const { url } = this.work;
    const response = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        origin: url, cookie: this.people.get(username)!.cookie,
        ...(body && { 'content-type': 'application/json' }), ...(key && { 'idempotency-key': key }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    return { status: response.status, body: await response.json() };
  }
}

function sealForm(opId: number, draws: Random): object {
  return {
    document: `${planted.note} #${opId}`, kind: 'contract', seal: draws.one(['company', 'contract']), copies: draws.whole(1, 5),
    reason: `${planted.purpose} #${opId}`, neededOn: '2027-01-15',
  };
}
