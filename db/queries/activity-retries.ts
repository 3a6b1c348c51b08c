import type { Db } from '../connect.ts';

/** An activity of a process that failed and is tried again. `code` is a code, never a message. */
export interface ActivityRetry {
  processId: string;
  activity: string;
  attempts: number;
  code: string;
}

/** Shows a failing activity to the administrator. */
export async function noteRetry(db: Db, { processId, activity, attempts, code }: ActivityRetry): Promise<void> {
  await db('activity_retry')
    .insert({ process_id: processId, activity, attempts, code })
    .onConflict(['process_id', 'activity']).merge({ attempts, code, last_at: db.fn.now() });
}

/** Takes it away once the activity has succeeded. */
export async function forgetRetry(db: Db, { processId, activity }: Pick<ActivityRetry, 'processId' | 'activity'>): Promise<void> {
  await db('activity_retry').where({ process_id: processId, activity }).delete();
}

/** How many activities keep failing: tried again within the last `minutes`. */
export async function countRetries(db: Db, minutes: number): Promise<number> {
  const row = await db('activity_retry')
    .whereRaw("last_at > now() - ? * interval '1 minute'", [minutes]).count('* as n').first();
  return Number(row?.n ?? 0);
}

/** Takes away what nobody has tried again for `seconds`: a restarted worker counts its attempts anew, so that it cannot tell what it has mended. */
export async function forgetStaleRetries(db: Db, seconds: number): Promise<void> {
  await db('activity_retry').whereRaw("last_at < now() - ? * interval '1 second'", [seconds]).delete();
}
