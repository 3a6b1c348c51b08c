import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../test/person.ts';
import { nameOf, startStage, whoMay, type Stage } from '../test/stage.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { expected, people, type Answers, type Thing, type Who } from './permissions-expected.ts';

const TABLE = fileURLToPath(new URL('fields.md', import.meta.url));
const COMMAND = 'HOUQIN_WRITE_FIELDS=1 npm test -- api/fields.test.ts';

/** Their success ends what the others need: a session, a password, a person, a case that is to stay as it is. */
const notDone = /^POST (\/login|\/logout|\/me\/password|\/admin\/people\/:id\/(deactivate|password))$/;
/** The contract itself, and schemas of forms: no data of anybody. */
const noData = new Set(['GET /openapi.json']);
const SCHEMAS = new Set(['formSchema', 'dataSchema']);

/** Which fields an answer has is said once, in api/fields.md, for each reader: so a new field for somebody is a line that is read. */
describe('the fields of every answer, for everybody who may read it (S3)', function () {
  this.timeout(180_000);
  let stage: Stage;

  before(async () => {
    stage = await startStage();
    // So that lists hold something: each write once, by somebody who may.
    for (const endpoint of endpoints.filter(({ method }) => method !== 'get')) {
      if (notDone.test(nameOf(endpoint)) || endpoint.access === 'public') continue;
      const [thing, who] = whoMay(endpoint);
      await stage.ask(endpoint, await stage.prepare(thing), thing, who);
    }
    // No worker takes them on: whether one of them is stuck by now must not depend on how slow this machine is.
    const { db } = stage.api.database;
    await db('process').where({ status: 'running' }).update({ started_at: db.raw("started_at - interval '1 hour'") });
  });
  after(() => stage?.api.stop());

  it('are those of api/fields.md', async () => {
    const report = await fieldsReport();
    if (process.env.HOUQIN_WRITE_FIELDS === '1') writeFileSync(TABLE, report);
    const known = existsSync(TABLE) ? readFileSync(TABLE, 'utf8') : '';
    expect(report.split('\n'), `If every new line is meant: ${COMMAND}`).to.deep.equal(known.split('\n'));
  });

  async function fieldsReport(): Promise<string> {
    const parts: string[] = [];
    for (const endpoint of endpoints.filter((each) => each.method === 'get' && !noData.has(nameOf(each)))) {
      const seen = new Map<Who, Set<string>>();
      for (const [thing, answers] of Object.entries(expected[nameOf(endpoint)]!) as [Thing, Answers][]) {
        const fixture = await stage.prepare(thing);
        for (const who of people.filter((each) => answers[each] === 200)) {
          const fields = seen.get(who) ?? new Set();
          for (const field of await fieldsOf(endpoint, fixture, thing, who)) fields.add(field);
          seen.set(who, fields);
        }
      }
      parts.push(section(endpoint, seen));
    }
    return [
      '# Fields that each reader gets',
      `Generated from real answers by \`${COMMAND}\`; the test fails when an answer has another field, or one for somebody else. `
        + 'Without a name behind it, a field is for everybody who is answered; `*` stands for ids, `[]` for each entry of a list.',
      ...parts,
    ].join('\n\n') + '\n';
  }

  async function fieldsOf(...asked: Parameters<Stage['ask']>): Promise<Iterable<string>> {
    const [endpoint, fixture, thing, who] = asked;
    if (endpoint.produces === 'text/event-stream') return streamFields(stage.sessions.get(who)!.cookie);
    const isList = 'limit' in ((endpoint.query as { shape?: object }).shape ?? {});
    const everything = endpoint.path === '/processes' && (who === 'admin' || who === 'auditor') ? '&view=all' : '';
    const { body, headers } = await stage.ask(endpoint, fixture, thing, who, isList ? { query: `limit=100${everything}` } : {});
    const type = headers.get('content-type') ?? '';
    if (type.startsWith('text/csv')) return String(body).slice(1).split('\r\n')[0]!.split(',').map((cell) => `column ${cell}`);
    return type.includes('json') ? paths(body) : [`(${endpoint.produces})`];
  }

  async function streamFields(cookie: string): Promise<string[]> {
    const stop = new AbortController();
    const response = await fetch(`${stage.api.url}/api/events`, { headers: { cookie }, signal: stop.signal });
    const reader = response.body!.getReader();
    let text = '';
    await eventually('both first events', async () => {
      text += Buffer.from((await reader.read()).value ?? []).toString();
      return text.includes('event: notice') && text.endsWith('\n\n');
    });
    stop.abort();
    return text.split('\n\n').filter(Boolean).flatMap((event) => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event)!;
      return paths(JSON.parse(data!), `event ${name}: `);
    });
  }
});

function section(endpoint: Endpoint, seen: ReadonlyMap<Who, ReadonlySet<string>>): string {
  const readers = [...seen.keys()].sort((one, other) => people.indexOf(one) - people.indexOf(other));
  const found = [...new Set([...seen.values()].flatMap((each) => [...each]))].sort();
  // Null or empty for one reader, filled for another, is the same field.
  const fields = found.filter((field) => !found.some((other) => other.startsWith(`${field}.`) || other.startsWith(`${field}[`)));
  const lines = fields.map((field) => {
    const those = readers.filter((who) => seen.get(who)!.has(field));
    return `- \`${field}\`${those.length === readers.length ? '' : `: ${those.join(', ')}`}`;
  });
  const whom = readers.length === people.length ? 'everybody' : isStaff(readers) ? 'everybody who is logged in' : readers.join(', ');
  return [`## ${nameOf(endpoint)}`, `For ${whom || 'nobody here'}.`, ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n');
}

/** The paths to whatever is no object: `items[].requester.name`. */
function paths(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) {
    const inner = value.flatMap((each) => paths(each, `${at}[]`));
    return inner.length > 0 ? inner : [`${at}[]`];
  }
  if (typeof value !== 'object' || value === null) return [at];
  const entries = Object.entries(value);
  if (entries.length === 0) return [at];
  return entries.flatMap(([key, member]) => {
    const name = /^((item|person|dept|announcement|supply-requisition)[-:.]|LY)/.test(key) ? '*' : key;
    const place = at === '' || at.endsWith(': ') ? `${at}${name}` : `${at}.${name}`;
    return SCHEMAS.has(key) ? [place] : paths(member, place);
  });
}

function isStaff(readers: readonly string[]): boolean {
  return readers.length === people.length - 2 && !readers.includes('anonymous') && !readers.includes('kiosk');
}
