import type { Knex } from 'knex';
import { enqueueSms, phonesOf } from '../db/queries/sms.ts';
import type { Seal } from '../db/sealed.ts';
import { e164 } from '../sms/phone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Reminders of many tasks come together: they share one SMS. */
const GATHER_MS = 2 * MINUTE;

/**
 * Tells each of `people` who has a phone that tasks are late: one SMS an hour at most, whatever number of tasks; how many, it counts when it
 * goes out. In the transaction of the reminder.
 */
export async function sendDigests(trx: Knex.Transaction, seal: Seal, people: readonly string[], now = new Date()): Promise<void> {
  for (const { id, phone: written, locale } of await phonesOf(trx, people)) {
    const phone = e164(written);
    if (!phone) continue;
    await enqueueSms(trx, seal, {
      key: `tasks-late.${id}.${Math.floor(now.getTime() / HOUR)}`,
      phone, personId: id, template: 'tasks-late', locale, params: {},
      notBefore: new Date(now.getTime() + GATHER_MS), expiresAt: new Date(now.getTime() + 4 * HOUR),
    });
  }
}
