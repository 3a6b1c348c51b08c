import { processTypes } from '../../workflows/contracts.ts';
import type { Text } from '../../workflows/lib/contract.ts';

/** The steps of one process type that wait for people of a role. */
export interface Need {
  type: string;
  title: Text;
  steps: Text[];
}

/** Which processes need people of a role, and at which steps, as the contracts say. */
export function needsOf(role: string): Need[] {
  return Object.values(processTypes).map(({ contract }) => ({
    type: contract.type,
    title: contract.title,
    steps: Object.values(contract.steps).filter(({ candidates }) => candidates.includes(`role:${role}`)).map(({ title }) => title),
  })).filter(({ steps }) => steps.length > 0);
}
