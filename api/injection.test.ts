import { expect } from 'chai';
import { z } from 'zod';
import { injections, TRAP } from '../test/injection.ts';
import type { Answer } from '../test/person.ts';
import { nameOf, startStage, whoMay, type Fixture, type Stage } from '../test/stage.ts';
import { bodies } from '../test/valid-requests.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { expected, people, type Answers, type Thing, type Who } from './permissions-expected.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonSchema = Record<string, any>;

/** A word that nothing holds: what a filter by an injection must find as little as. */
const NOTHING = 'qzxjvkw';
const AT_ONCE = 8;

/**
 * SQL where the API expects anything, in every place of every request that the contract knows. Whether some of it ran is told by a sequence that
 * only it would move, and by nobody waiting in pg_sleep: neither depends on how quick this machine is.
 */
describe('SQL in a request (S15)', function () {
  this.timeout(180_000);
  let stage: Stage;
  let tables: string[];
  let sleepers = 0;
  let watch: NodeJS.Timeout;

  before(async () => {
    stage = await startStage();
    const { db } = stage.api.database;
    await db.raw(`CREATE SEQUENCE ${TRAP}`);
    tables = await tableNames();
    watch = setInterval(() => void db('pg_stat_activity').where({ wait_event: 'PgSleep' }).count('* as n').then(([row]) => { sleepers += Number(row!.n); }), 250);
  });
  after(async () => {
    clearInterval(watch);
    await stage?.api.stop();
  });

  it('would be found: each way of putting a query together from text moves the sequence', async () => {
    const { db } = stage.api.database;
    const queries: Record<string, (text: string) => string> = {
      'a string': (text) => `SELECT id FROM item WHERE name = '${text}'`,
      'a pattern': (text) => `SELECT id FROM item WHERE name LIKE '%${text}%'`,
      'a number': (text) => `SELECT id FROM item WHERE price_fen = ${text}`,
      'an order': (text) => `SELECT id FROM item ORDER BY ${text}`,
      'a list': (text) => `SELECT id FROM item WHERE id IN ('${text}')`,
    };
    for (const [what, query] of Object.entries(queries)) {
      await db.raw(`ALTER SEQUENCE ${TRAP} RESTART`);
      for (const text of injections.filter((each) => each.includes(TRAP))) await db.raw(query(text).replaceAll('?', '\\?')).catch(() => undefined);
      expect(await trapMoved(), what).to.equal(true);
    }
    await db.raw(`DROP SEQUENCE ${TRAP}`);
    await db.raw(`CREATE SEQUENCE ${TRAP}`);
    expect(await trapMoved()).to.equal(false);
  });

  for (const endpoint of [...endpoints.filter(({ method }) => method === 'get'), ...endpoints.filter(({ method }) => method !== 'get')]) {
    it(`is text to ${nameOf(endpoint)}`, async () => {
      const [thing, who] = whoMay(endpoint);
      const fixture = await stage.prepare(thing);
      const tries = [...inQuery(endpoint), ...inPath(endpoint), ...inBody(endpoint, thing, who), ...inHeaders(endpoint)]
        .flatMap((place) => injections.map((text) => ({ place, text })));
      const nothing = new Map<string, Promise<unknown>>();
      const failures: string[] = [];
      while (tries.length > 0) {
        await stage.api.database.db('login_attempt').delete();
        await Promise.all(tries.splice(0, AT_ONCE).map(async ({ place, text }) => {
          const { status, body } = await place.send(fixture, thing, who, text);
          const what = `${place.name} = ${text}`;
          if (status >= 500) failures.push(`${what}: ${status}`);
          if (status !== 200 || !place.filters) return;
          // A filter that finds more than a word that nothing holds was no filter.
          if (!nothing.has(place.name)) nothing.set(place.name, place.send(fixture, thing, who, NOTHING).then((answer) => answer.body.total));
          if (body.total !== await nothing.get(place.name)) failures.push(`${what}: found ${body.total}`);
        }));
      }
      expect(failures).to.deep.equal([]);
      expect(await trapMoved(), 'something of it ran').to.equal(false);
    });
  }

  it('is text in a cursor, too', async () => {
    const lists: [string, Who][] = [
      ['/processes?view=all', 'admin'], ['/processes?view=all&sort=oldest', 'admin'], ['/processes?view=all&sort=due', 'admin'], ['/tasks?view=open', 'leader'],
      ['/tasks?view=open&sort=created', 'leader'], ['/tasks?view=done', 'leader'], ['/tasks?view=copied', 'colleague'], ['/notices?', 'requester'],
      ['/supply/items?', 'storekeeper'], ['/admin/people?', 'admin'], ['/audit/events?', 'auditor'], ['/announcements?', 'requester'], ['/admin/announcements?', 'admin'],
    ];
    let cursors = 0;
    for (const [path, who] of lists) {
      const person = stage.sessions.get(who)!;
      const { body } = await person.get(`${path}&limit=1`);
      const keys = body.nextCursor ? JSON.parse(Buffer.from(body.nextCursor, 'base64url').toString()) as unknown[] : ['2026-01-01 00:00:00+00', 'x', 'y'];
      cursors += body.nextCursor ? 1 : 0;
      for (const [index] of keys.entries()) {
        for (const text of injections) {
          const cursor = Buffer.from(JSON.stringify(keys.map((key, at) => (at === index ? text : key)))).toString('base64url');
          const { status } = await person.get(`${path}&limit=1&cursor=${cursor}`);
          expect(status, `${path}, key ${index} = ${text}`).to.be.oneOf([200, 400]);
        }
      }
    }
    expect(cursors, 'lists with a real cursor').to.be.above(6);
    expect(await trapMoved()).to.equal(false);
  });

  it('does nothing later either, when what was stored of it is read by everybody who may', async () => {
    for (const endpoint of endpoints.filter(({ method }) => method === 'get')) {
      for (const [thing, answers] of Object.entries(expected[nameOf(endpoint)]!) as [Thing, Answers][]) {
        const fixture = await stage.prepare(thing);
        for (const who of people.filter((each) => answers[each] === 200)) {
          expect((await stage.ask(endpoint, fixture, thing, who)).status, `${nameOf(endpoint)} as ${who}`).to.be.below(500);
        }
      }
    }
    expect(await trapMoved()).to.equal(false);
    expect(await tableNames()).to.deep.equal(tables);
    expect(sleepers, 'seen in pg_sleep').to.equal(0);
  });

  interface Place {
    name: string;
    /** It narrows a list: what it finds is compared. */
    filters: boolean;
    send(fixture: Fixture, thing: Thing, who: Who, text: string): Promise<Answer>;
  }

  function inQuery(endpoint: Endpoint): Place[] {
    return Object.entries(propertiesOf(endpoint.query)).map(([name]) => ({
      name: `?${name}`,
      filters: name !== 'cursor',
      send: (fixture, thing, who, text) => stage.ask(endpoint, fixture, thing, who, { query: `${name}=${encodeURIComponent(text)}` }),
    }));
  }

  function inPath(endpoint: Endpoint): Place[] {
    return [...endpoint.path.matchAll(/:\w+/g)].map(([name]) => ({
      name,
      filters: false,
      // The address is made of the path, where the parameter is put already.
      send: (fixture, thing, who, text) =>
        stage.ask({ ...endpoint, path: endpoint.path.replace(name, encodeURIComponent(text)) }, fixture, thing, who,
          { body: bodies[nameOf(endpoint)]?.(thing, who) }),
    }));
  }

  function inBody(endpoint: Endpoint, thing: Thing, who: Who): Place[] {
    const body = bodies[nameOf(endpoint)];
    if (!body) return [];
    const schema = z.toJSONSchema(endpoint.body, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    return placesIn(body(thing, who) as Json, schema).map((path) => ({
      name: path.join('.'),
      filters: false,
      send: (fixture, of, asker, text) => stage.ask(endpoint, fixture, of, asker, { body: withText(body(of, asker) as Json, path, text) }),
    }));
  }

  function inHeaders(endpoint: Endpoint): Place[] {
    if (endpoint.method !== 'post' || !endpoint.idempotent) return [];
    return [{
      name: 'Idempotency-Key',
      filters: false,
      send: (fixture, thing, who, text) => stage.ask(endpoint, fixture, thing, who, { headers: { 'idempotency-key': encodeURI(text).replaceAll('%20', '/**/') } }),
    }];
  }

  async function trapMoved(): Promise<boolean> {
    return (await stage.api.database.db(TRAP).first('is_called')).is_called as boolean;
  }

  async function tableNames(): Promise<string[]> {
    return (await stage.api.database.db('pg_tables').where({ schemaname: 'public' }).orderBy('tablename').pluck('tablename')) as string[];
  }
});

function propertiesOf(schema: z.ZodType): JsonSchema {
  return (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {}) as JsonSchema;
}

/** Every place for a value: those that the body has, and those that its schema would take besides. */
function placesIn(value: Json | undefined, schema: JsonSchema, at: readonly string[] = []): string[][] {
  if (Array.isArray(value)) return value.length > 0 ? placesIn(value[0], (schema.items ?? {}) as JsonSchema, [...at, '0']) : [[...at, '0']];
  if (typeof value === 'object' && value !== null) {
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    return [...new Set([...Object.keys(value), ...Object.keys(properties)])]
      .flatMap((name) => placesIn(value[name], properties[name] ?? {}, [...at, name]));
  }
  return [value === undefined && schema.type === 'array' ? [...at, '0'] : [...at]];
}

function withText(value: Json | undefined, [first, ...rest]: readonly string[], text: string): Json {
  if (first === undefined) return text;
  if (first === '0') return [withText(Array.isArray(value) ? value[0] : undefined, rest, text), ...(Array.isArray(value) ? value.slice(1) : [])];
  const object = (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {});
  return { ...object, [first]: withText(object[first], rest, text) };
}
