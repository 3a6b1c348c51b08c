import pg from 'pg';

/** Personal values and private words that a run plants wherever people write; none of them may be found outside of our own database. */
export const planted = {
  name: '欧阳紫萱测',
  phone: '13987650421',
  idNumber: '11010519491231002X',
  purpose: '凤凰项目机密用途',
  note: '给左撇子王工的备注',
  comment: '审批意见朱雀七号',
  reason: '撤回原因玄武九号',
  lowered: '调减理由青龙三号',
  receivedBy: '代领人司徒静怡',
  evaluation: '评语麒麟十一号',
} as const;

/** What is planted of visitors beside: the first four stand sealed even in our own database, the words in clear there. */
export const plantedVisitor = {
  name: '赫连若曦测', phone: '15412340987', plate: '京A7F3X9', idNumber: '110105194912310038', company: '玄铁重剑公司', reason: '来访理由白泽六号',
} as const;

/** The words in a form that carry its op's number: a visitor's company, a requisition's purpose, a seal's reason, what is broken. */
export function wordsOf(form: { visitor?: { company?: string }; purpose?: string; reason?: string; description?: string } | undefined): string | undefined {
  return form?.visitor?.company ?? form?.purpose ?? form?.reason ?? form?.description;
}

/** Where a planted value was found, and in which clothes. */
export interface Find {
  value: string;
  encoding: string;
  /** `database.table.column` or a file's name. */
  place: string;
}

/** Looks for each value as UTF-8, as JSON escapes, in hex, and in base64 at all three alignments. */
export function findIn(place: string, bytes: Buffer, values: readonly string[]): Find[] {
  return values.flatMap((value) => patternsOf(value)
    .filter(({ pattern }) => bytes.includes(pattern))
    .map(({ encoding }) => ({ value, encoding, place })));
}

interface Pattern {
  encoding: string;
  pattern: Buffer;
}

const known = new Map<string, Pattern[]>();

function patternsOf(value: string): Pattern[] {
  const before = known.get(value);
  if (before) return before;
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const escaped = [...value].map((letter) => (letter > '~' ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter)).join('');
  const texts: [string, string][] = [
    ['UTF-8', value], ['JSON escapes', escaped], ['JSON escapes', escaped.toUpperCase().replaceAll('\\U', '\\u')],
    ['hex', hex], ['hex', hex.toUpperCase()],
    ...[0, 1, 2].flatMap((before): [string, string][] => {
      const base64 = base64At(bytes, before);
      return [[`base64 at ${before}`, base64], [`base64url at ${before}`, base64.replaceAll('+', '-').replaceAll('/', '_')]];
    }),
  ];
  const patterns = [...new Map(texts.map(([encoding, text]) => [text, { encoding, pattern: Buffer.from(text) }])).values()];
  known.set(value, patterns);
  return patterns;
}

// The letters that depend on the value alone, whatever stands before and after it.
function base64At(bytes: Buffer, before: number): string {
  const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return base64.slice(Math.ceil(before * 8 / 6), Math.floor((before + bytes.length) * 8 / 6));
}

/** Reads every column of a database that can hold text or bytes, as bytes, and looks for the values. `url` is a superuser's. */
export async function findInDatabase(url: string, values: readonly string[]): Promise<Find[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ table: string; column: string; bytes: boolean }>(`
      SELECT format('%I.%I', n.nspname, c.relname) AS table, a.attname AS column, t.typname = 'bytea' AS bytes
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
      WHERE c.relkind IN ('r', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND (t.typcategory IN ('S', 'A') OR t.typname IN ('bytea', 'json', 'jsonb', 'xml'))`);
    const name = new URL(url).pathname.slice(1);
    const finds: Find[] = [];
    for (const table of new Set(columns.map((column) => column.table))) {
      const wanted = columns.filter((column) => column.table === table);
      const list = wanted.map(({ column, bytes }) => `${client.escapeIdentifier(column)}${bytes ? '' : '::text'}`).join(', ');
      const { rows } = await client.query<(Buffer | string | null)[]>({ text: `SELECT ${list} FROM ${table}`, rowMode: 'array' });
      wanted.forEach(({ column }, i) => {
        const cells = rows.flatMap((row) => {
          const cell = row[i];
          return cell == null ? [] : [typeof cell === 'string' ? Buffer.from(cell) : cell, Buffer.from([0])];
        });
        finds.push(...findIn(`${name}.${table}.${column}`, Buffer.concat(cells), values));
      });
    }
    return finds;
  } finally {
    await client.end();
  }
}
