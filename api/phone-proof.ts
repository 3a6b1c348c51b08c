import type { Knex } from 'knex';
import type { Seal } from '../db/sealed.ts';
/** stub until merge */
export async function checkProof(_trx: Knex.Transaction, _seal: Seal, { code }: { phone: string; code: string }): Promise<boolean> { return code === '000000'; }
