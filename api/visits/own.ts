import type { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import { findVisit } from '../../db/queries/visit-board.ts';
import { livePassOf } from '../../db/queries/visit-gate.ts';
import type { Seal } from '../../db/sealed.ts';
import type { visitContract } from '../contract/visits.ts';
import { Problem } from '../errors.ts';
import { presentOwnVisit } from './present.ts';
import { qrOf } from './qr.ts';

/** A visit for whoever has its link. Throws 404 without one. */
export async function ownVisitOf(db: Db, seal: Seal, processId: string | undefined): Promise<z.input<typeof visitContract.ownVisit.response>> {
  const row = processId === undefined ? undefined : await findVisit(db, processId);
  if (!row) throw new Problem('not-found');
  const pass = await livePassOf(db, row.process_id);
  const lets = pass && row.open_step === 'arrival' && row.status === 'running';
  return presentOwnVisit(row, { qr: lets ? qrOf(seal, 'entry', pass.passId) : null, validFrom: lets ? pass.validFrom : null });
}
