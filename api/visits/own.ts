import type { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import { findVisit } from '../../db/queries/visit-board.ts';
import type { Seal } from '../../db/sealed.ts';
import type { visitContract } from '../contract/visits.ts';
import { Problem } from '../errors.ts';
import { presentOwnVisit } from './present.ts';
import { qrOf } from './qr.ts';

/** A visit for whoever has its link. Throws 404 without one. */
export async function ownVisitOf(db: Db, seal: Seal, processId: string | undefined): Promise<z.input<typeof visitContract.ownVisit.response>> {
  const row = processId === undefined ? undefined : await findVisit(db, processId);
  if (!row) throw new Problem('not-found');
  const pass = await db('visit_pass').where({ process_id: row.process_id }).whereNull('used_at').whereNull('revoked_at')
    .where('valid_until', '>', db.raw('clock_timestamp()')).first('id', 'valid_from');
  const lets = pass && row.open_step === 'arrival' && row.status === 'running';
  return presentOwnVisit(row, { qr: lets ? qrOf(seal, 'entry', pass.id) : null, validFrom: lets ? pass.valid_from : null });
}
