import { proxyLocalActivities } from '@temporalio/workflow';
import type { VisitActivities } from '../../activities/visits.ts';
import type { ProcessInput } from '../lib/messages.ts';
import { openProcess } from '../lib/process.ts';
import { AGREED, contract, WAITING, type Facts, type Window } from './contract.ts';

const gate = proxyLocalActivities<VisitActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * A visit. Unless it was invited, the host answers; if not in time, a substitute, at last the front desk. For each window the visitor gets a
 * code, comes in with it once, and leaves; whoever stays beyond the window is looked for, and checked out by the clock at last.
 */
export async function visit(input: ProcessInput<Facts>): Promise<string> {
  const { hostId, way, windows } = input.facts;
  const visit = openProcess<Facts>(contract, input, {
    pass: (effect) => gate.revokePass(effect),
  });

  return visit.run(async () => {
    if (!AGREED.includes(way)) {
      const answer = await askHost();
      if (answer === 'rejected') await visit.effect('refusal', (effect) => gate.tellRefused(effect));
      if (answer !== 'approved') return answer;
    }
    let cameAtAll = false;
    for (const window of windows) cameAtAll = (await comeAndGo(window)) || cameAtAll;
    return cameAtAll ? 'visited' : 'missed';
  });

  /** The host's answer, or the front desk's when nobody of that name was found or nobody answered. */
  async function askHost(): Promise<string> {
    if (hostId) {
      const { outcome } = await visit.task(WAITING.includes(way) ? 'walk-in-review' : 'host-review');
      if (outcome !== 'no-answer') return outcome;
    }
    return (await visit.task('front-desk-review', { expireAt: windows.at(-1)!.until })).outcome;
  }

  /** One window: true once the visitor was here. A visit that is moved gets another code; so does one whose check-in was undone. */
  async function comeAndGo(first: Window): Promise<boolean> {
    let window = first;
    for (;;) {
      await visit.effect('pass', (effect) => gate.issuePass({ ...effect, window, moved: window !== first }));
      const arrival = await visit.task('arrival', { expireAt: window.until, endsWithdrawal: true });
      if (arrival.outcome === 'missed') return false;
      if (arrival.outcome === 'moved') {
        window = arrival.facts as Window;
        continue;
      }
      if (await stay(window)) return true;
    }
  }

  /** Until the visitor has left; false when the check-in was a mistake. */
  async function stay({ until }: Window): Promise<boolean> {
    for (;;) {
      const departure = await visit.task('departure', { countFrom: until });
      if (departure.outcome === 'not-arrived') return false;
      if (departure.outcome === 'left-unseen' || (await visit.task('left')).outcome === 'gone') return true;
    }
  }
}
