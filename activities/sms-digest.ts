import type { Knex } from 'knex';
import { enqueueSms, phonesOf } from '../db/queries/sms.ts';
import type { Seal } from '../db/sealed.ts';
import { e164 } from '../sms/phone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Reminders of many tasks come together: they share one SMS. */
const GATHER_MS = 2 * MINUTE;
const TEMPLATE = 'tasks-late';

/**
 * Tells each of `people` who has a phone that tasks are late: one SMS an hour at most, whatever number of tasks; how many, it counts when it
 * goes out. Whoever was told within the hour is told at its end. In the transaction of the reminder.
 */
export async function sendDigests(trx: Knex.Transaction, seal: Seal, people: readonly string[], now = new Date()): Promise<void> {
  for (const { id, phone: written, locale, lastAt } of await phonesOf(trx, people, TEMPLATE)) {
    const phone = e164(written);
    // One that is still to go out will count this task, too.
    if (!phone || (lastAt && lastAt > now)) continue;
    const at = Math.max(now.getTime() + GATHER_MS, (lastAt?.getTime() ?? 0) + HOUR);
    await enqueueSms(trx, seal, {
      // Two reminders at one instant mean the same one.
      key: `${TEMPLATE}.${id}.${Math.floor(at / HOUR)}`,
      phone, personId: id, template: TEMPLATE, locale, params: {}, notBefore: new Date(at), expiresAt: new Date(at + 4 * HOUR),
    });
  }
}
