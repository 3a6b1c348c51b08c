import { proxyLocalActivities } from '@temporalio/workflow';
import type { VisitActivities } from '../../activities/visits.ts';
import type { ProcessInput } from '../lib/messages.ts';
import { openProcess } from '../lib/process.ts';
import { contract, type Facts } from './contract.ts';

const gate = proxyLocalActivities<VisitActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** 报备单: the department's leader approves; then a visit is started for each visitor, agreed already, with a window on each of the days. */
export async function visitorRegistration(input: ProcessInput<Facts>): Promise<string> {
  const registration = openProcess<Facts>(contract, input);

  return registration.run(async () => {
    const { outcome } = await registration.approvals(['department-leader'], { options: () => ({ endsWithdrawal: true }) });
    if (outcome === 'approved') await registration.effect('visits', (effect) => gate.startVisits(effect));
    return outcome;
  });
}
