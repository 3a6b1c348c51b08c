import type { z } from 'zod';
import { personalValues } from '../../db/queries/personal.ts';
import { enter, type AtGate, type Gatekeeper, type Tells } from '../../db/queries/visit-gate.ts';
import { isBlocked, markBlocked } from '../../db/queries/visits.ts';
import type { pass } from '../contract/visits.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../errors.ts';
import { passOf } from './pass.ts';

/** How the gate of this installation tells hosts. */
export function tellsOf({ seal, config }: Pick<Deps, 'seal' | 'config'>): Tells {
  return { seal, sms: config.sms.order.length > 0 };
}

/**
 * Lets in with the pass that was found, at the kiosk and the front desk alike, and answers what is printed. Throws one and the same 422 for a pass that is unknown, no good now, or of
 * somebody on the block list; 409 while the visit is being arranged.
 */
export async function letIn(deps: Pick<Deps, 'db' | 'seal' | 'config' | 'outbox'>, by: Gatekeeper, found: AtGate | undefined): Promise<z.input<typeof pass>> {
  const { db, seal, outbox } = deps;
  if (!found) throw new Problem('visit-code-wrong');
  // Put on the block list since: the front desk sees it, and talks to the visitor.
  if (await isBlocked(db, seal, await personalValues(db, seal, found.processId))) {
    await markBlocked(db, found.processId);
    throw new Problem('visit-code-wrong');
  }
  const entry = await db.transaction((trx) => enter(trx, tellsOf(deps), by, found));
  if (entry === 'closed') throw new Problem('visit-code-wrong');
  if (entry === 'arranging') throw new Problem('visit-arranging', {}, { retryAfter: 3 });
  outbox.kick(found.processId);
  return (await passOf(db, seal, found.processId))!;
}
