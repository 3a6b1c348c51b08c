import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { TASK_QUEUE } from '../workflows/lib/contract.ts';

/** The schedule that ends personal data every night. */
export const RETENTION_SCHEDULE = 'personal-data-retention';

/** Makes the schedules that there must be; one that is there stays as it is. */
export async function ensureSchedules(
  { connection, namespace, taskQueue = TASK_QUEUE, id = RETENTION_SCHEDULE }: { connection: NativeConnection; namespace: string; taskQueue?: string; id?: string },
): Promise<void> {
  const { schedule } = new Client({ connection, namespace });
  try {
    await schedule.create({
      scheduleId: id,
      spec: { calendars: [{ hour: 3, comment: 'nightly' }], timezone: 'Asia/Shanghai' },
      // A night that was missed is made up for by the next one.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
      action: { type: 'startWorkflow', workflowType: 'personalDataRetention', workflowId: id, taskQueue, args: [] },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
