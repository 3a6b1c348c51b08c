import { signIn } from './accounts.ts';
import type { Cast } from './requisition.ts';

const names = [
  'requester', 'requester2', 'leader', 'leader2', 'director', 'storekeeper', 'sealkeeper', 'frontdesk', 'service', 'repairer', 'repairer2', 'admin', 'auditor',
] as const satisfies readonly (keyof Cast)[];

/** Signs the people of the demo in at the house at `url`. */
export async function castOf(url: string, password: string): Promise<Cast> {
  const accounts = await Promise.all(names.map(async (name) => [name, await signIn(url, name, password)] as const));
  return Object.fromEntries(accounts) as Cast;
}
