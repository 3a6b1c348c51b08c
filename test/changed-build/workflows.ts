import { contract, type Facts } from '../../workflows/supply-requisition/contract.ts';
import type { ProcessInput } from '../../workflows/lib/messages.ts';
import { openProcess } from '../../workflows/lib/process.ts';

export { auditReplay } from '../../workflows/audit-replay.ts';

/** The supply requisition as a careless change would leave it: the department's leader is not asked any more. */
export async function supplyRequisition(input: ProcessInput<Facts>): Promise<string> {
  const requisition = openProcess<Facts>(contract, input);
  return requisition.run(async () => (await requisition.approvals(['service-centre-director'])).outcome);
}
