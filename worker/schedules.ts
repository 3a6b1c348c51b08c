import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type CalendarSpec } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { TASK_QUEUE } from '../workflows/lib/contract.ts';

/** The schedule that ends personal data every night. */
export const RETENTION_SCHEDULE = 'personal-data-retention';
/** The schedule that opens the orders of preventive plans every morning. */
export const REPAIR_PLAN_SCHEDULE = 'repair-plans';

/** What each starts and when, by the company's clock. What was missed is made up for by the next run. */
const schedules = {
  [RETENTION_SCHEDULE]: { workflowType: 'personalDataRetention', at: { hour: 3, comment: 'nightly' }, catchupWindow: '1 hour' },
  [REPAIR_PLAN_SCHEDULE]: { workflowType: 'repairPlans', at: { hour: 6, minute: 30, comment: 'every morning' }, catchupWindow: '12 hours' },
} as const satisfies Record<string, { workflowType: string; at: CalendarSpec; catchupWindow: string }>;

/** Where schedules are made. */
interface Where {
  connection: NativeConnection;
  namespace: string;
}

/** Makes the schedules that there must be; one that is there stays as it is. */
export async function ensureSchedules(where: Where): Promise<void> {
  for (const name of Object.keys(schedules)) await ensureSchedule({ ...where, name: name as keyof typeof schedules });
}

/** Makes one of them, under its own name unless told otherwise. */
export async function ensureSchedule(
  { connection, namespace, name, taskQueue = TASK_QUEUE, id = name }: Where & { name: keyof typeof schedules; taskQueue?: string; id?: string },
): Promise<void> {
  const { schedule } = new Client({ connection, namespace });
  const { workflowType, at, catchupWindow } = schedules[name];
  try {
    await schedule.create({
      scheduleId: id,
      spec: { calendars: [at], timezone: 'Asia/Shanghai' },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
      action: { type: 'startWorkflow', workflowType, workflowId: id, taskQueue, args: [] },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
