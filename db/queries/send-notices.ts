import type { Knex } from 'knex';

/** One notice in the app, the same for everyone whom it concerns. `detail` holds codes and ids; the page makes words of it. */
export interface Notice {
  /** A person gets a notice of this key once. */
  key: string;
  kind: string;
  processId: string | null;
  taskId: string | null;
  detail?: Record<string, unknown>;
}

/** Puts a notice before each of `people`, in the transaction of what it tells of. */
export async function sendNotices(trx: Knex.Transaction, people: readonly string[], notice: Notice): Promise<void> {
  if (people.length === 0) return;
  await trx('notice')
    .insert([...new Set(people)].map((personId) => ({
      key: notice.key,
      person_id: personId,
      kind: notice.kind,
      process_id: notice.processId,
      task_id: notice.taskId,
      detail: JSON.stringify(notice.detail ?? {}),
    })))
    .onConflict(['person_id', 'key']).ignore();
}
