import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Db } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { startPostgres, withClient } from '../servers/postgres.ts';

const REPORT = fileURLToPath(new URL('../../db/schema.md', import.meta.url));

interface Column {
  table: string;
  name: string;
  type: string;
  nullable: boolean;
  fallback: string | null;
  comment: string | null;
}

interface Line {
  table: string;
  text: string;
}

/** The schema of a migrated database as Markdown: tables, columns, types, constraints, indexes, triggers. */
export async function schemaReport(db: Db): Promise<string> {
  const tables = await rows<{ name: string; comment: string | null }>(db, `
    SELECT relname AS name, obj_description(oid) AS comment FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname NOT IN ('migration', 'migration_lock')
    ORDER BY relname COLLATE "C"`);
  const columns = await rows<Column>(db, `
    SELECT attrelid::regclass::text AS table, attname AS name, format_type(atttypid, atttypmod) AS type,
      NOT attnotnull AS nullable,
      CASE WHEN attidentity <> '' THEN 'identity' ELSE pg_get_expr(adbin, adrelid) END AS fallback,
      col_description(attrelid, attnum) AS comment
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid IN
      (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))
      AND attnum > 0 AND NOT attisdropped
    ORDER BY attrelid, attnum`);
  const constraints = await rows<Line>(db, `
    SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS text FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c', 'x')
    ORDER BY conrelid, array_position(ARRAY['p', 'u', 'f', 'c', 'x'], contype::text),
      pg_get_constraintdef(oid) COLLATE "C"`);
  const indexes = await rows<Line>(db, `
    SELECT tablename AS table, replace(indexdef, ' public.', ' ') AS text FROM pg_indexes
    WHERE schemaname = 'public' AND NOT EXISTS
      (SELECT FROM pg_constraint
       WHERE conname = indexname AND connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'x'))
    ORDER BY indexname COLLATE "C"`);
  const triggers = await rows<Line>(db, `
    SELECT tgrelid::regclass::text AS table, replace(pg_get_triggerdef(oid), ' public.', ' ') AS text
    FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname COLLATE "C"`);

  const parts = tables.map(({ name, comment }) => {
    const of = (lines: Line[]): string[] =>
      lines.filter(({ table }) => table === name).map(({ text }) => `- \`${text}\``);
    const rules = [...of(constraints), ...of(indexes), ...of(triggers)];
    return [
      `## ${name}`,
      ...(comment ? [comment] : []),
      [
        '| column | type | null | default | remark |',
        '| --- | --- | --- | --- | --- |',
        ...columns.filter(({ table }) => table === name).map(row),
      ].join('\n'),
      ...(rules.length > 0 ? [rules.join('\n')] : []),
    ].join('\n\n');
  });
  return [
    '# Schema',
    'Generated from a freshly migrated database by `npx tsx scripts/check/schema-report.ts --write`.'
      + ' `npm run check` fails when it is stale.',
    ...parts,
  ].join('\n\n') + '\n';
}

function row({ name, type, nullable, fallback, comment }: Column): string {
  return `| ${[name, type, nullable ? 'yes' : '', fallback ? `\`${fallback}\`` : '', comment ?? ''].join(' | ')} |`;
}

async function rows<T>(db: Db, sql: string): Promise<T[]> {
  return ((await db.raw(sql)) as { rows: T[] }).rows;
}

/** Runs `work` on a fresh database on the server at HOUQIN_TEST_ADMIN_URL, else on an embedded one of its own. */
async function onFreshDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const given = process.env.HOUQIN_TEST_ADMIN_URL;
  if (given !== undefined) return await onDatabaseOf(given, work);
  const folder = mkdtempSync(path.join(tmpdir(), 'houqin-schema-'));
  const server = await startPostgres({ dataDir: folder, log: () => undefined });
  try {
    return await onDatabaseOf(server.adminUrl, work);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onDatabaseOf<T>(adminUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `schema_report_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  try {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await withClient(adminUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

async function freshReport(): Promise<string> {
  return await onFreshDatabase(async (url) => {
    await migrate(url);
    const db = connect(url, 1);
    try {
      return await schemaReport(db);
    } finally {
      await db.destroy();
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await freshReport();
  if (process.argv.includes('--write')) {
    writeFileSync(REPORT, report);
  } else if (!existsSync(REPORT) || readFileSync(REPORT, 'utf8') !== report) {
    console.error('db/schema.md is stale: run `npx tsx scripts/check/schema-report.ts --write`, review what changed.');
    process.exitCode = 1;
  }
}
