import type { Knex } from 'knex';
import type { Text } from '../../workflows/lib/contract.ts';
import type { Reference } from '../../workflows/lib/form.ts';
import type { Db } from '../connect.ts';

/** What a form may refer to, by id: its name for the page, and whether a new form may name it. */
export async function referred(
  db: Db | Knex.Transaction,
  kind: Reference,
  ids: readonly string[],
): Promise<Map<string, { label: Text; active: boolean }>> {
  const queries: Record<Reference, () => Promise<{ id: string; zh: string; en: string; active: boolean }[]>> = {
    item: () => db('item').select('id', 'name as zh', 'name as en', 'active').whereIn('id', [...ids]),
    person: () => db('person').select('id', 'name as zh', 'name as en', 'active').whereIn('id', [...ids]),
    repairer: () => db('person').leftJoin('repairer', 'repairer.person_id', 'person.id').whereIn('person.id', [...ids])
      .select('person.id', 'person.name as zh', 'person.name as en', db.raw('person.active AND coalesce(repairer.active, false) AS active')),
    place: () => db('place_path').select('id', 'full_name as zh', 'full_name_en as en', 'active').whereIn('id', [...ids]),
  };
  const rows = ids.length > 0 ? await queries[kind]() : [];
  return new Map(rows.map(({ id, zh, en, active }) => [id, { label: { zh, en }, active }]));
}
