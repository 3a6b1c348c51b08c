import { proxyLocalActivities } from '@temporalio/workflow';
import type { RepairActivities } from '../../activities/repairs.ts';
import type { ProcessInput } from '../lib/messages.ts';
import { openProcess, type TakenOn } from '../lib/process.ts';
import { contract, LOW_STARS, type Facts, type Urgency } from './contract.ts';

const repairs = proxyLocalActivities<RepairActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * A repair. The department's leader approves, unless it is an emergency or of a plan; the service centre dispatches. It is offered to one repairer after
 * the other until somebody accepts and says when; who comes, repairs and reports. The requester rates it, or says that it is not fixed.
 */
export async function repairOrder(input: ProcessInput<Facts>): Promise<string> {
  let urgency: Urgency = input.facts.urgency;
  /** The dispatcher's own word on it, which stands once it was given. */
  let chosen: Urgency | undefined;
  const order = openProcess<Facts>(contract, input, {}, () => urgency);

  return order.run(async () => {
    let note: string | undefined;
    let from: string | undefined;
    for (;;) {
      const approval = await order.approvals(stepsOf, {
        ...(from && { from }),
        options: (step, facts) => {
          urgency = chosen ?? facts.urgency;
          if (step !== 'dispatch' || note === undefined) return {};
          const context = { note };
          note = undefined;
          return { context };
        },
      });
      if (approval.outcome !== 'approved') return approval.outcome;
      const { repairers, urgency: changed } = (approval.last.facts ?? {}) as Dispatch;
      chosen = changed ?? chosen;
      urgency = chosen ?? approval.facts.urgency;

      const taken = await offer(repairers);
      if (taken && (await repair(taken)) === 'repaired') return 'repaired';
      note = taken ? 'handed-back' : 'nobody-left';
      from = 'dispatch';
    }
  });

  function stepsOf(facts: Facts): string[] {
    return input.facts.planned || (chosen ?? facts.urgency) === 'emergency' ? ['dispatch'] : ['department-leader', 'dispatch'];
  }

  /** Asks those whom the dispatcher named, or else the fittest, one after the other. */
  async function offer(named: readonly string[] | undefined): Promise<TakenOn | undefined> {
    return order.offer(urgency === 'emergency' ? 'accept-emergency' : 'accept', (asked) =>
      order.effect('offer', (effect) => repairs.nextRepairer({ ...effect, urgency, asked: [...asked], named: named ? [...named] : null })));
  }

  /** From the promise to come until the requester is content; or the repairer hands it back. */
  async function repair({ holder, decision }: TakenOn): Promise<'repaired' | 'handed-back'> {
    for (let kind = 'repairer-coming', { eta } = decision.facts as Promised; ; kind = 'repairer-moved') {
      await order.effect('take-on', (effect) => repairs.takeOn({ ...effect, repairerId: holder, eta }));
      order.notify(kind, { at: eta });
      const arrival = await order.task('arrival', {
        holder, countFrom: eta, endsWithdrawal: true, context: { promise: { at: eta, broken: 'eta-broken' } },
      });
      if (arrival.outcome === 'arrived') break;
      if (arrival.outcome === 'handed-back') return handBack(holder);
      ({ eta } = arrival.facts as Promised);
    }
    order.notify('repairer-there');

    let note: string | undefined;
    for (;;) {
      const work = await order.task('work', { holder, ...(note && { context: { note } }) });
      if (work.outcome === 'handed-back') return handBack(holder);
      if (work.outcome === 'held') {
        order.notify('on-hold');
        const held = await order.task('on-hold', { holder, expireAt: (work.facts as Hold).until });
        if (held.outcome === 'handed-back') return handBack(holder);
        continue;
      }
      await order.effect('complete', (effect) => repairs.complete({ ...effect, taskId: work.taskId, ...(work.facts as Done) }));
      if (await accepted()) return 'repaired';
      note = 'not-fixed';
    }
  }

  async function handBack(repairerId: string): Promise<'handed-back'> {
    await order.effect('hand-back', (effect) => repairs.handBack({ ...effect, repairerId }));
    return 'handed-back';
  }

  /** False when the requester says that it is not fixed. Who gives few stars is called back. */
  async function accepted(): Promise<boolean> {
    const { outcome, facts } = await order.task('evaluation', { tellRequester: 'completed' });
    if (outcome !== 'evaluated') return outcome !== 'not-fixed';
    const stars = Object.values((facts as { stars: Record<string, number> }).stars);
    if (stars.reduce((sum, each) => sum + each, 0) >= LOW_STARS * stars.length) return true;
    return (await order.task('call-back')).outcome !== 'not-fixed';
  }
}

/** What the dispatcher decides; nobody named means the fittest. */
interface Dispatch {
  repairers?: readonly string[];
  urgency?: Urgency;
}

interface Promised {
  eta: string;
}

interface Hold {
  until: string;
}

interface Done {
  parts?: { itemId: string; quantity: number }[];
  minutes: number;
}
