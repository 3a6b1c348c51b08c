import type { Knex } from 'knex';
import type { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import { personalOf } from '../../db/queries/personal.ts';
import { passRow } from '../../db/queries/visit-gate.ts';
import type { Seal } from '../../db/sealed.ts';
import type { pass } from '../contract/visits.ts';
import { qrOf } from './qr.ts';

/** What is printed for somebody who is inside: the name in clear, a signed QR code, neither phone nor ID number. */
export async function passOf(db: Db | Knex.Transaction, seal: Seal, processId: string): Promise<z.input<typeof pass> | undefined> {
  const row = await passRow(db, processId);
  if (!row?.arrivedAt || !row.passId) return undefined;
  const { passId, arrivedAt, visitor, ...printed } = row;
  const name = (await personalOf(db, seal, processId)).get('visitor.name');
  return { ...printed, arrivedAt, visitor: name ?? visitor, qr: qrOf(seal, 'pass', passId) };
}
