import { proxyActivities } from '@temporalio/workflow';

/** What is deleted at a time, so that no transaction is long. */
const PROCESSES_AT_ONCE = 500;

/** Deletes what is over its time, of so many processes at most; `before` is what this run has deleted already. */
export interface RetentionActivities {
  deleteOutdatedPersonalData(input: { processes: number; before: { values: number; processes: number } }): Promise<{ values: number; processes: number }>;
}

const { deleteOutdatedPersonalData } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '10 seconds', maximumInterval: '10 minutes' },
});

/** The nightly end of personal data (PIPL 47): no process type, a schedule starts it. Answers how many values of how many processes went. */
export async function personalDataRetention(): Promise<{ values: number; processes: number }> {
  const total = { values: 0, processes: 0 };
  for (;;) {
    const { values, processes } = await deleteOutdatedPersonalData({ processes: PROCESSES_AT_ONCE, before: { ...total } });
    total.values += values;
    total.processes += processes;
    if (processes < PROCESSES_AT_ONCE) return total;
  }
}
