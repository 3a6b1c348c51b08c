import type { ProcessInput } from '../lib/messages.ts';
import { openProcess } from '../lib/process.ts';
import { contract, type Facts } from './contract.ts';

/**
 * Seal use: the department's leader approves, then the requester brings the document and the keeper stamps at most the copies that were
 * approved. Either may send it back. A document that has its seal can no longer be withdrawn.
 */
export async function sealUse(input: ProcessInput<Facts>): Promise<string> {
  const request = openProcess<Facts>(contract, input);

  return request.run(async () => {
    const { outcome } = await request.approvals(['department-leader', 'stamp'], {
      options: (step, { copies }) => (step === 'stamp'
        ? { bounds: { most: { copies } }, tellRequester: 'ready-to-stamp', endsWithdrawal: true }
        : {}),
    });
    return outcome === 'approved' ? 'stamped' : outcome;
  });
}
