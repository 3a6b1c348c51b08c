import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** One time that a process was printed. */
export interface PrintRow {
  n: number;
  person_id: string;
  person_name: string;
  at: Date;
}

/** Every time that a process was printed, the first one first. */
export async function printsOf(db: Db | Knex.Transaction, processId: string): Promise<PrintRow[]> {
  return db('print').join('person', 'person.id', 'print.person_id')
    .select('n', 'person_id', 'person.name as person_name', 'at').where({ process_id: processId }).orderBy('n');
}

/** Counts one more print. The caller holds the process's row, so that no two get one number. */
export async function recordPrint(trx: Knex.Transaction, processId: string, personId: string): Promise<number> {
  const last = await trx('print').where({ process_id: processId }).max('n as n').first();
  const n = Number(last?.n ?? 0) + 1;
  await trx('print').insert({ process_id: processId, n, person_id: personId });
  return n;
}
