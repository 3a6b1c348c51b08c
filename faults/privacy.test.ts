import { expect } from 'chai';
import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../scripts/servers/postgres.ts';
import { eventually, login, type Person } from '../test/person.ts';
import { findIn, findInDatabase, planted, type Find } from './planted.ts';
import { startSystem, until, type System } from './system.ts';

const values = Object.values(planted);

describe('privacy: what people wrote stays in our own database', function () {
  this.timeout(90_000);
  let system: System;
  let people: Record<'requester' | 'leader' | 'director' | 'storekeeper', Person>;
  let item: string;
  const processes: string[] = [];

  before(async () => {
    system = await startSystem('privacy');
    await sql("UPDATE person SET name = $1, phone = $2, title = $3 WHERE username = 'requester'", [planted.name, planted.phone, planted.idNumber]);
    const [requester, leader, director, storekeeper] = await Promise.all(
      ['requester', 'leader', 'director', 'storekeeper'].map((username) => login(system.url, username)),
    );
    people = { requester: requester!, leader: leader!, director: director!, storekeeper: storekeeper! };
    const shelf = { code: 'P-1', name: '测试物品', category: '测试', unit: '个', priceFen: 100 };
    item = (await done(people.storekeeper, '/supply/items', shelf)).id;
    await done(people.storekeeper, `/supply/items/${item}/receipts`, { quantity: 20 });
  });
  after(async () => {
    await system?.stop();
  });

  it('runs requisitions with private words in every place where words go', async () => {
    const whole = await start();
    await decide(whole, 'department-leader', 'leader', { outcome: 'returned', comment: planted.comment });
    await decide(whole, 'revise', 'requester', { outcome: 'resubmitted', data: { form: form() } });
    await decide(whole, 'department-leader', 'leader', { outcome: 'approved', comment: planted.comment });
    const lines = [{ itemId: item, quantity: 2, reason: planted.lowered }];
    await decide(whole, 'service-centre-director', 'director', { outcome: 'approved', comment: planted.comment, data: { lines } });
    const handedOver = { lines: [{ itemId: item, issued: 2 }], receivedBy: planted.receivedBy, rest: 'close' };
    await decide(whole, 'hand-over', 'storekeeper', { outcome: 'issued', comment: planted.comment, data: handedOver });
    const evaluation = { stars: { quality: 5, speed: 4, service: 5 }, text: planted.evaluation };
    await decide(whole, 'evaluation', 'requester', { outcome: 'evaluated', comment: planted.comment, data: evaluation });

    const moved = await start();
    await done(people.requester, `/processes/${moved}/comments`, { text: planted.comment });
    const task = await openTask(moved, 'department-leader');
    await done(people.leader, `/tasks/${task}/claim`, {});
    await done(people.leader, `/tasks/${task}/transfer`, { to: 'leader2', comment: planted.comment });
    await done(people.requester, `/processes/${moved}/withdraw`, { reason: planted.reason });
  });

  it('lets an activity fail on an error of PostgreSQL that quotes the row, and go on when that is cured', async () => {
    // The texts that PostgreSQL makes itself: of a cast, with the value in the message, and of a check, with the row in the detail.
    await sql(`
      CREATE FUNCTION quote_row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.step = 'service-centre-director' THEN
          PERFORM (SELECT (form->>'purpose')::integer FROM process_form WHERE process_id = NEW.process_id LIMIT 1);
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER quote_row BEFORE INSERT ON task FOR EACH ROW EXECUTE FUNCTION quote_row();
      CREATE TABLE planted_check (process_id text, words text CHECK (words = ''));
      CREATE FUNCTION quote_check() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.step = 'hand-over' THEN
          INSERT INTO planted_check SELECT NEW.process_id, name || phone || title FROM person WHERE username = 'requester';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER quote_check BEFORE INSERT ON task FOR EACH ROW EXECUTE FUNCTION quote_check();
      GRANT ALL ON planted_check TO PUBLIC`);
    const failing = await start();
    await decide(failing, 'department-leader', 'leader', { outcome: 'approved' });
    await failures(/22P02/);
    await sql('DROP TRIGGER quote_row ON task; DROP FUNCTION quote_row');
    await decide(failing, 'service-centre-director', 'director', { outcome: 'approved' });
    await failures(/23514/);
    await sql('DROP TRIGGER quote_check ON task; DROP FUNCTION quote_check; DROP TABLE planted_check');
    await openTask(failing, 'hand-over');
  });

  it('lets the API fail in the middle of writing private words', async () => {
    await sql(`
      CREATE FUNCTION quote_form() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM (NEW.form->>'purpose')::integer; RETURN NEW; END $$;
      CREATE TRIGGER quote_form BEFORE INSERT ON process_form FOR EACH ROW EXECUTE FUNCTION quote_form()`);
    const refused = await people.requester.post('/processes', { type: 'supply-requisition', form: form() });
    expect(refused.status).to.equal(500);
    expect(findIn('answer', Buffer.from(JSON.stringify(refused.body)), values)).to.eql([]);

    // PostgreSQL dies while the statement runs: the driver's error names the statement.
    await sql("CREATE OR REPLACE FUNCTION quote_form() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NEW; END $$");
    const writing = people.requester.post('/processes', { type: 'supply-requisition', form: form() });
    await until('statement in mid-work', async () => (await sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0, 10);
    await system.postgres.kill();
    const lost = await writing;
    expect(lost.status).to.be.oneOf([500, 503]);
    expect(findIn('answer', Buffer.from(JSON.stringify(lost.body)), values)).to.eql([]);
    await system.postgres.start();
    await sql('DROP TRIGGER quote_form ON process_form; DROP FUNCTION quote_form');
  });

  it('finds the ids of the run in Temporal, and none of the words: as UTF-8, hex or base64, in every column of text or bytes', async () => {
    const control = await findInDatabase(system.adminUrl('temporal'), [item, processes[0]!]);
    expect(control.some(({ value, place }) => value === item && place.includes('history_node')), 'the item’s id in a history').to.equal(true);
    const listed = await findInDatabase(system.adminUrl('temporal_visibility'), [processes[0]!]);
    expect(listed, 'the process’s id in visibility').to.not.eql([]);

    for (const database of ['temporal', 'temporal_visibility']) {
      expect(told(await findInDatabase(system.adminUrl(database), values)), database).to.eql([]);
    }
  });

  it('finds in our own database what it looks for elsewhere', async () => {
    const found = new Set((await findInDatabase(system.adminUrl('houqin'), values)).map(({ value }) => value));
    expect([...found].sort()).to.eql([...values].sort());
  });

  it('finds none of the words in the logs of API, worker and servers', async () => {
    // What is logged of a request is written when its connection closes.
    await delay(200);
    const logs = system.logs();
    expect(logs.map(({ name }) => name)).to.include.members(['api-1.log', 'worker-1.log', 'postgres.log', 'temporal.log']);
    expect(findIn('log', Buffer.from(logs.map(({ text }) => text).join('\n')), ['request failed', 'activity failed']).length).to.equal(2);
    expect(told(logs.flatMap(({ name, text }) => findIn(name, Buffer.from(text), values)))).to.eql([]);
  });

  it('would find a word in each of its clothes', () => {
    const [word] = values;
    const bytes = Buffer.from(word!);
    const clothes = [
      word!, JSON.stringify(word).replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`), bytes.toString('hex').toUpperCase(),
      ...['', 'a', 'ab'].map((before) => Buffer.from(`${before}${word}z`).toString('base64')),
    ];
    for (const text of clothes) expect(findIn('here', Buffer.from(`… ${text} …`), [word!]), text).to.not.eql([]);
    expect(findIn('here', Buffer.from('nothing of it'), [word!])).to.eql([]);
  });

  function form(): object {
    return { purpose: planted.purpose, lines: [{ itemId: item, quantity: 3, note: planted.note }] };
  }

  async function start(): Promise<string> {
    const { id } = await done(people.requester, '/processes', { type: 'supply-requisition', form: form() });
    processes.push(id);
    return id;
  }

  async function openTask(processId: string, step: string): Promise<string> {
    return eventually(`${step} of ${processId}`, async () => {
      const rows = await sql<{ id: string }>("SELECT id FROM task WHERE process_id = $1 AND step = $2 AND state = 'open'", [processId, step]);
      return rows[0]?.id;
    }, 30);
  }

  async function decide(processId: string, step: string, who: keyof typeof people, decision: object): Promise<void> {
    await done(people[who], `/tasks/${await openTask(processId, step)}/decision`, decision);
  }

  async function done(person: Person, path: string, body: object): Promise<any> {
    const answer = await person.post(path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).to.be.within(200, 299);
    return answer.body;
  }

  /** Waits until the worker's log tells of a failure with this code. */
  async function failures(code: RegExp): Promise<void> {
    await until(`failure ${code.source}`, async () => system.logs().some(({ name, text }) =>
      name.startsWith('worker') && text.split('\n').some((line) => line.includes('activity failed') && code.test(line))), 15);
  }

  function sql<Row extends object>(text: string, given: unknown[] = []): Promise<Row[]> {
    return withClient(system.adminUrl('houqin'), async (client) => (await client.query<Row>(text, given)).rows);
  }
});

function told(finds: Find[]): string[] {
  return finds.map(({ value, encoding, place }) => `${place} holds “${value}” as ${encoding}`);
}
