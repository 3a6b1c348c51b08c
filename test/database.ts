import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { connect, type Db } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  db: Db;
  /** Closes the pool and deletes the database. */
  drop(): Promise<void>;
}

const migrations = new URL('../db/migrations/', import.meta.url);
const TEMPLATE_LOCK = 4_867_499;

/**
 * Makes a fresh, migrated, empty database on the server of `npm test`. It is a copy of a template that the first caller
 * migrates, so it takes a tenth of a second.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = `houqin_template_${await schemaHash()}`;
  const name = `houqin_test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) {
      // Under another name until it is migrated: a test that was killed meanwhile must not leave half a template.
      const draft = `${template}_${randomBytes(4).toString('hex')}`;
      await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(draft)}`);
      await migrate(urlOf(draft));
      const [from, to] = [admin.escapeIdentifier(draft), admin.escapeIdentifier(template)];
      await admin.query(`ALTER DATABASE ${from} RENAME TO ${to}`);
    }
    await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(name)} TEMPLATE ${admin.escapeIdentifier(template)}`);
  });
  const db = connect(urlOf(name), 12);
  return {
    url: urlOf(name),
    db,
    async drop() {
      await db.destroy();
      await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name)} WITH (FORCE)`));
    },
  };
}

function adminUrl(): string {
  const url = process.env.HOUQIN_TEST_ADMIN_URL;
  if (!url) {
    throw new Error('HOUQIN_TEST_ADMIN_URL is not set: run the tests with `npm test -- FILES`.');
  }
  return url.replace(/\/$/, '');
}

const urlOf = (database: string): string => `${adminUrl()}/${database}`;

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function schemaHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(migrations)).sort()) {
    hash.update(name).update(await readFile(new URL(name, migrations)));
  }
  return hash.digest('hex').slice(0, 12);
}
