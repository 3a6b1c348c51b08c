import type { Knex } from 'knex';
import { hashPassword } from '../../api/passwords.ts';
import { connect } from '../connect.ts';
import { recordAudit } from '../queries/audit.ts';
import { toPlaceRow } from '../queries/places.ts';
import { demoAnnouncements } from './demo-announcements.ts';
import { demoItems } from './demo-items.ts';
import { demoPlaces } from './demo-places.ts';
import { demoDepartments, demoPeople, demoRoles } from './demo-people.ts';
import { demoRepairers } from './demo-repairers.ts';

/** The password of every demo account. It is public: the demo binds loopback only. */
export const DEMO_PASSWORD = 'houqin-demo';

const MARKER = 'demo-company';
const STOREKEEPER = 'person-yang-guang';
const ADMINISTRATOR = 'person-deng-zihan';

/**
 * Fills the database with the demo company: departments, people, roles, accounts, items with opening stock, places, announcements. Once: a
 * database that has it is left as it is.
 */
export async function seedDemoCompany(databaseUrl: string): Promise<void> {
  const db = connect(databaseUrl, 2);
  try {
    if (await db('setting').where({ name: MARKER }).first('name')) return;
    const hashes = await accountHashes();
    await db.transaction(async (trx) => {
      // The marker first: of two processes that seed at once, the second waits here and then finds the work done.
      const ours = await trx('setting')
        .insert({ name: MARKER, value: 'true' }).onConflict('name').ignore().returning('name');
      if (ours.length === 0) return;
      await insertPeople(trx, hashes);
      await insertItems(trx);
      await trx('place').insert(demoPlaces.map(toPlaceRow));
      await insertAnnouncements(trx);
      await insertRepairers(trx);
      await recordAudit(trx, { actor: { kind: 'system' }, action: 'demo-company-seeded' });
    });
  } finally {
    await db.destroy();
  }
}

async function accountHashes(): Promise<Map<string, string>> {
  const accounts = demoPeople.filter((person) => person.account);
  return new Map(await Promise.all(
    accounts.map(async ({ id }): Promise<[string, string]> => [id, await hashPassword(DEMO_PASSWORD)]),
  ));
}

async function insertPeople(trx: Knex.Transaction, hashes: Map<string, string>): Promise<void> {
  const root = demoDepartments[0];
  await trx('department').insert(demoDepartments.map(({ id, name, nameEn }) => ({
    id, name, name_en: nameEn, parent_id: id === root?.id ? null : root?.id,
  })));
  await trx('person').insert(demoPeople.map((person, index) => ({
    id: person.id,
    username: person.account ?? person.id.replace('person-', '').replaceAll('-', '.'),
    name: person.name,
    department_id: person.department,
    title: person.title,
    phone: unassignedPhone(index + 1),
    password_hash: hashes.get(person.id) ?? null,
  })));
  for (const { id, leader } of demoDepartments) await trx('department').where({ id }).update({ leader_id: leader });
  await trx('role').insert(demoRoles).onConflict('id').ignore();
  await trx('person_role').insert(
    demoPeople.flatMap(({ id, roles = [] }) => roles.map((role) => ({ person_id: id, role_id: role }))),
  );
}

async function insertItems(trx: Knex.Transaction): Promise<void> {
  const rows = demoItems.flatMap(({ category, code, shelf, items }) =>
    items.map(([id, name, unit, specification, priceFen, minimum, onHand], index) => ({
      item: {
        id, code: `${code}-${String(index + 1).padStart(3, '0')}`, name, category, unit, specification,
        price_fen: priceFen, minimum, location: `${shelf}-${Math.floor(index / 2) + 1}`,
      },
      onHand,
    })));
  await trx('item').insert(rows.map(({ item }) => item));
  await trx('stock_movement').insert(rows.filter(({ onHand }) => onHand > 0).map(({ item, onHand }) => ({
    item_id: item.id, kind: 'receipt', quantity: onHand, person_id: STOREKEEPER, note: '期初库存',
  })));
}

async function insertRepairers(trx: Knex.Transaction): Promise<void> {
  const buildings: { id: string; name: string }[] = await trx('place').where({ kind: 'building' }).select('id', 'name');
  await trx('repairer').insert(demoRepairers.map(({ person, skills, buildings: names, onCall = false, week }) => ({
    person_id: person, skills, building_ids: buildings.filter(({ name }) => names.includes(name)).map(({ id }) => id), on_call: onCall, week: JSON.stringify(week),
  })));
}

async function insertAnnouncements(trx: Knex.Transaction): Promise<void> {
  await trx('announcement').insert(demoAnnouncements.map(({ days, ...written }) => ({
    ...written, state: 'published', created_by: ADMINISTRATOR, published_at: new Date(Date.now() - days * 86_400_000),
  })));
}

/** A mobile number that looks right and belongs to nobody: the prefix 154 is not assigned in China. */
function unassignedPhone(n: number): string {
  return `1540000${String(n).padStart(4, '0')}`;
}
