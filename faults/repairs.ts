import type { Driver } from './driver.ts';
import type { Json } from './op-log.ts';
import { planted } from './planted.ts';
import type { Random } from './random.ts';

/** Those who repair, as `Driver` knows them: the two of the demo company with accounts. */
export const REPAIRERS = ['repairer', 'repairer2'] as const;
const HOUR_MS = 3_600_000;

/** Somebody who acts again and again. */
interface Loop {
  username: string;
  act(draws: Random): Promise<void>;
}

/** Requesters, leaders, the dispatcher and the repairers of repair orders, as `Driver` sets them to work beside the others. */
export class Repairs {
  private readonly driver: Driver;
  private readonly rooms: string[];

  private constructor(driver: Driver, rooms: string[]) {
    this.driver = driver;
    this.rooms = rooms;
  }

  /** Leaves only repairers who have an account, since nobody answers for the others; before any fault. */
  static async prepare(driver: Driver): Promise<Repairs> {
    const ids = REPAIRERS.map((username) => driver.idOf(username));
    for (const repairer of await driver.list('service', '/repairs/repairers')) {
      const { skills, buildingIds, week, onCall } = repairer;
      const body = { skills, buildingIds, week, onCall, active: ids.includes(repairer.id) };
      const { status } = await driver.call('service', 'PUT', `/repairs/repairers/${repairer.id}`, body);
      if (status !== 200) throw new Error(`repairer ${repairer.id}: ${status}`);
    }
    const places: Json[] = await driver.list('requester', '/places');
    return new Repairs(driver, places.filter(({ kind }) => kind === 'room').map(({ id }) => id));
  }

  /** Who acts: requesters, their leaders, the dispatcher, the repairers. */
  loops(requesters: readonly string[], leaders: readonly string[]): Loop[] {
    const loops: Loop[] = [
      ...requesters.map((username) => ({ username: `${username} with a repair`, act: (draws: Random) => this.actAsRequester(username, draws) })),
      ...leaders.map((username) => ({ username: `${username} of a repair`, act: (draws: Random) => this.actAsLeader(username, draws) })),
      { username: 'service', act: (draws) => this.actAsDispatcher(draws) },
      ...REPAIRERS.map((username) => ({ username, act: (draws: Random) => this.actAsRepairer(username, draws) })),
    ];
    // Less often than the others act, who have the longer way to go.
    return loops.map(({ username, act }) => ({ username, act: async (draws) => { if (draws.chance(0.5)) await act(draws); } }));
  }

  private async actAsRequester(username: string, draws: Random): Promise<void> {
    const { driver } = this;
    if (draws.chance(0.3)) {
      await driver.ask(username, 'start', '/processes', { bodyOf: (id) => ({ type: 'repair-order', form: this.form(id, draws) }) });
      return;
    }
    if (draws.chance(0.1)) {
      const mine = await driver.list(username, '/processes?view=mine&status=running&type=repair-order&limit=50');
      if (mine.length === 0) return;
      const { id } = draws.one(mine);
      await driver.ask(username, 'withdraw', `/processes/${id}/withdraw`, { target: id, bodyOf: () => ({ reason: planted.reason }) });
      return;
    }
    const task = await this.taskOf(username, ['revise', 'evaluation'], draws);
    if (!task) return;
    if (task.step === 'revise') {
      await driver.ask(username, 'decide', `/tasks/${task.id}/decision`, {
        target: task.id, bodyOf: (id) => ({ outcome: 'resubmitted', data: { form: this.form(id, draws) } }),
      });
    } else if (draws.chance(0.2)) {
      await driver.decideOne(username, task.id, { outcome: 'not-fixed', comment: planted.comment });
    } else {
      const stars = { quality: draws.whole(1, 5), speed: draws.whole(1, 5), service: draws.whole(1, 5) };
      await driver.decideOne(username, task.id, { outcome: 'evaluated', data: { stars, text: planted.evaluation } });
    }
  }

  private async actAsLeader(username: string, draws: Random): Promise<void> {
    const task = await this.taskOf(username, ['department-leader'], draws);
    if (!task) return;
    await this.driver.decideOne(username, task.id, draws.chance(0.1) ? { outcome: 'rejected', comment: planted.comment } : { outcome: 'approved' });
  }

  private async actAsDispatcher(draws: Random): Promise<void> {
    const { driver } = this;
    const task = await this.taskOf('service', ['dispatch', 'call-back', 'on-hold'], draws);
    if (!task) return;
    const decision = task.step === 'on-hold' ? { outcome: 'resumed' }
      : task.step === 'call-back' ? { outcome: draws.chance(0.3) ? 'not-fixed' : 'called-back', comment: planted.comment }
        : draws.chance(0.08) ? { outcome: 'returned', comment: planted.comment }
          : draws.chance(0.3) ? { outcome: 'dispatched', data: { repairers: REPAIRERS.map((each) => driver.idOf(each)) } } : { outcome: 'dispatched' };
    const once = (): Promise<unknown> => driver.decideOne('service', task.id, decision);
    // Twice at once by two windows of one browser, now and then.
    await Promise.all(draws.chance(0.15) ? [once(), once()] : [once()]);
  }

  private async actAsRepairer(username: string, draws: Random): Promise<void> {
    const task = await this.taskOf(username, ['accept', 'accept-emergency', 'arrival', 'work', 'on-hold'], draws);
    if (!task) return;
    const comment = planted.comment;
    // Many promises are broken, since nobody comes within seconds.
    const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
    const eta = draws.chance(0.4) ? inSeconds(draws.whole(1, 5)) : inSeconds(HOUR_MS / 1_000);
    const decisions: Readonly<Record<string, () => object>> = {
      accept: () => (draws.chance(0.25) ? { outcome: 'declined', comment } : { outcome: 'accepted', data: { eta } }),
      arrival: () => (draws.chance(0.15) ? { outcome: 'eta-changed', comment, data: { eta } }
        : draws.chance(0.1) ? { outcome: 'handed-back', comment } : { outcome: 'arrived' }),
      work: () => (draws.chance(0.25) ? { outcome: 'held', comment, data: { until: inSeconds(draws.chance(0.5) ? draws.whole(2, 6) : HOUR_MS / 1_000) } }
        : draws.chance(0.1) ? { outcome: 'handed-back', comment } : { outcome: 'completed', data: this.completion(draws) }),
      'on-hold': () => ({ outcome: 'resumed' }),
    };
    await this.driver.decideOne(username, task.id, decisions[task.step === 'accept-emergency' ? 'accept' : task.step]!());
  }

  private completion(draws: Random): object {
    const parts = this.driver.itemIds.filter(() => draws.chance(0.3)).map((itemId) => ({ itemId, quantity: draws.whole(1, 3) }));
    return { description: planted.note, minutes: draws.whole(5, 90), ...(parts.length > 0 && { parts }) };
  }

  private async taskOf(username: string, steps: readonly string[], draws: Random): Promise<{ id: string; step: string } | undefined> {
    const tasks = (await this.driver.list(username, '/tasks?view=open&type=repair-order&limit=50')).filter(({ step }) => steps.includes(step));
    return tasks.length > 0 ? draws.one(tasks) : undefined;
  }

  // The op's number in the description is what ties an order to the op that asked for it.
  private form(opId: number, draws: Random): object {
    return {
      placeId: draws.one(this.rooms), category: draws.one(['plumbing', 'electrical']), urgency: draws.one(['normal', 'urgent', 'emergency']),
      description: `${planted.note} #${opId}`, ...(draws.chance(0.5) && { contact: planted.phone }),
    };
  }
}
