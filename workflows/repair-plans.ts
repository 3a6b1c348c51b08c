import { proxyActivities } from '@temporalio/workflow';

/** So many plans at a time, so that no activity is long. */
const PLANS_AT_ONCE = 100;

/** Opens the orders of plans that are due, at most so many, and answers how many it looked at and how many it opened. */
export interface RepairPlanActivities {
  openDuePlans(input: { most: number }): Promise<{ due: number; opened: number }>;
}

const { openDuePlans } = proxyActivities<RepairPlanActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes' },
});

/** Every morning: the orders of the preventive plans that are due. No process type, a schedule starts it. Answers how many were opened. */
export async function repairPlans(): Promise<number> {
  let total = 0;
  for (;;) {
    const { due, opened } = await openDuePlans({ most: PLANS_AT_ONCE });
    total += opened;
    // Those that could not be opened are due still: without any that was, the next look would be the same.
    if (due < PLANS_AT_ONCE || opened === 0) return total;
  }
}
