import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { pino } from 'pino';
import type { Db } from '../../db/connect.ts';
import { createSeal } from '../../db/sealed.ts';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { login, type Answer, type Person } from '../../test/person.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { connectTemporal, type Temporal } from '../temporal.ts';
import { createWrites } from '../writes.ts';

const PEN = { code: 'T-001', name: '测试笔', category: '书写用品', unit: '支', priceFen: 150 };

describe('office items over HTTP', () => {
  let database: TestDatabase;
  let db: Db;
  let server: Server;
  let temporal: Temporal;
  let storekeeper: Person;
  let requester: Person;
  let auditor: Person;
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    database = await createTestDatabase();
    db = database.db;
    await seedDemoCompany(database.url);
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = readConfig({
      PORT: String(port), DATABASE_URL: database.url, TEMPORAL_ADDRESS: '127.0.0.1:1', HOUQIN_DEMO: '1',
      HOUQIN_SECRET: randomBytes(32).toString('base64url'),
    });
    temporal = connectTemporal({ address: config.temporalAddress, namespace: 'away' });
    const log = pino({ level: 'silent' });
    server.on('request', createApp({ db, config, log, temporal, outbox: { kick() {} }, events: { subscribe: () => () => undefined, stopped: new AbortController().signal }, sentinel: { last: () => undefined }, counters: { cspReports: 0 }, writes: createWrites(), seal: createSeal(randomBytes(32).toString('hex')) }));
    const url = `http://127.0.0.1:${port}`;
    [storekeeper, requester, auditor] = await Promise.all([
      login(url, 'storekeeper'), login(url, 'requester'), login(url, 'auditor'),
    ]);
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await temporal.close();
    await database.drop();
  });

  describe('finding', () => {
    it('shows everybody the items, a page at a time, with an exact total', async () => {
      const codes: string[] = [];
      let cursor = '';
      do {
        const { status, body } = await requester.get(`/supply/items?limit=30${cursor && `&cursor=${cursor}`}`);
        expect(status).to.equal(200);
        expect(body.total).to.equal(90);
        codes.push(...body.items.map(({ code }: { code: string }) => code));
        cursor = body.nextCursor;
      } while (cursor);
      expect(codes).to.deep.equal([...codes].sort());
      expect(new Set(codes)).to.have.property('size', 90);
    });

    it('searches code, name, category and specification, and takes no character for a wildcard', async () => {
      const totals = await Promise.all(['sx-001', '硒鼓', '劳保用品', '国密', '%', '_', '\\'].map(async (q) =>
        (await requester.get(`/supply/items?q=${encodeURIComponent(q)}`)).body.total));
      expect(totals).to.deep.equal([1, 1, 10, 1, 0, 0, 0]);
    });

    it('filters by category and by what runs low', async () => {
      const category = encodeURIComponent('书写用品');
      expect((await requester.get(`/supply/items?category=${category}`)).body.total).to.equal(10);
      const { items } = (await requester.get(`/supply/items?category=${category}&low=true`)).body;
      expect(items.map(({ id }: { id: string }) => id)).to.deep.equal(['item-whiteboard-marker']);
      expect((await requester.get('/supply/categories')).body.items).to.have.length(9);
    });

    it('shows one item with its stock', async () => {
      const { body } = await requester.get('/supply/items/item-pen-black');
      expect(body).to.include({ code: 'SX-001', priceFen: 150, onHand: 480, reserved: 0, available: 480, active: true });
    });

    for (const path of [
      '/supply/items?limit=0', '/supply/items?limit=1e9', '/supply/items?cursor=x', '/supply/items?cursor=WyJcdTAwMDAiXQ',
      '/supply/items?q=%00', '/supply/items?active=maybe', '/supply/items?order=name', '/supply/items/item-%00',
      '/supply/items/item-pen-black?x=1',
    ]) {
      it(`answers 400 to ${path}`, async () => refused(await requester.get(path), 400));
    }

    it('answers 404 for an item that is not there', async () => {
      refused(await requester.get('/supply/items/item-none'), 404);
      refused(await storekeeper.get('/supply/items/item-none/movements'), 404);
      refused(await storekeeper.post('/supply/items/item-none/receipts', { quantity: 1 }), 404);
      refused(await storekeeper.post('/supply/items/item-none/stock-takes', { counted: 1 }), 404);
      refused(await storekeeper.patch('/supply/items/item-none', { name: 'x' }), 404);
    });
  });

  describe('keeping the items', () => {
    it('makes and changes an item, with an audit event of what changed', async () => {
      const made = await storekeeper.post('/supply/items', newPen());
      expect(made.status).to.equal(201);
      expect(made.body).to.include({ active: true, onHand: 0, minimum: 0, specification: '', photo: null });
      const changed = await storekeeper.patch(`/supply/items/${made.body.id}`, { priceFen: 175, active: false });
      expect(changed.body).to.deep.equal({ ...made.body, priceFen: 175, active: false });
      const events = await db('audit_event').where({ object: made.body.id }).orderBy('seq').select('action', 'detail');
      expect(events.map(({ action }) => action)).to.deep.equal(['item-created', 'item-changed']);
      expect(events[1].detail.changes).to.deep.equal({ priceFen: { from: 150, to: 175 }, active: { from: true, to: false } });
    });

    it('answers the same key with the same item', async () => {
      const headers = { 'idempotency-key': 'pen' };
      const pen = newPen();
      const [first, second] = await Promise.all([
        storekeeper.post('/supply/items', pen, headers), storekeeper.post('/supply/items', pen, headers),
      ]);
      expect([first.status, second.status]).to.deep.equal([201, 201]);
      expect(second.body).to.deep.equal(first.body);
    });

    it('refuses a code that another item has, naming it', async () => {
      const { body: pen } = await storekeeper.post('/supply/items', newPen());
      for (const answer of [
        await storekeeper.post('/supply/items', newPen({ code: 'SX-001' })),
        await storekeeper.patch(`/supply/items/${pen.id}`, { code: 'SX-001' }),
      ]) {
        refused(answer, 409);
        expect(answer.body.errors[0].path).to.equal('code');
      }
    });

    const bad: [field: string, fields: object][] = [
      ['colour', { colour: 'red' }], ['name', { name: ' ' }], ['name', { name: 'x'.repeat(81) }], ['name', { name: 'a\nb' }],
      ['name', { name: 'a\0' }], ['priceFen', { priceFen: 2 ** 31 }], ['priceFen', { priceFen: -1 }], ['priceFen', { priceFen: 1.5 }],
      ['minimum', { minimum: 1e10 }], ['photo', { photo: '../x' }], ['onHand', { onHand: 5 }], ['id', { id: 'item-mine' }],
    ];
    for (const [field, fields] of bad) {
      it(`refuses ${JSON.stringify(fields).slice(0, 40)}, naming ${field}`, async () => {
        for (const answer of [
          await storekeeper.post('/supply/items', newPen(fields)),
          await storekeeper.patch('/supply/items/item-pen-black', fields),
        ]) {
          refused(answer, 400);
          expect(answer.body.errors[0].path).to.equal(field);
        }
      });
    }

    it('is for the storekeeper alone', async () => {
      for (const someone of [requester, auditor]) {
        refused(await someone.post('/supply/items', newPen()), 403);
        refused(await someone.patch('/supply/items/item-pen-black', { name: 'x' }), 403);
        refused(await someone.post('/supply/items/item-pen-black/receipts', { quantity: 1 }), 403);
        refused(await someone.post('/supply/items/item-pen-black/stock-takes', { counted: 1 }), 403);
        refused(await someone.post('/supply/items/import', { csv: 'x' }), 403);
      }
      refused(await requester.get('/supply/items/item-pen-black/movements'), 403);
      refused(await requester.get('/supply/items.csv'), 403);
    });
  });

  describe('the ledger', () => {
    it('tells every movement with the balance after it', async () => {
      const { body: { id } } = await storekeeper.post('/supply/items', newPen());
      await storekeeper.post(`/supply/items/${id}/receipts`, { quantity: 20, note: '采购' });
      const taken = await storekeeper.post(`/supply/items/${id}/stock-takes`, { counted: 17 });
      expect(taken.body).to.include({ difference: -3, onHand: 17 });
      expect((await storekeeper.post(`/supply/items/${id}/stock-takes`, { counted: 17 })).body.difference).to.equal(0);
      const { body } = await auditor.get(`/supply/items/${id}/movements?limit=2`);
      const { body: rest } = await auditor.get(`/supply/items/${id}/movements?limit=2&cursor=${body.nextCursor}`);
      const ledger = [...body.items, ...rest.items];
      expect(ledger.map(({ kind, quantity, balance }) => [kind, quantity, balance])).to.deep.equal([
        ['stock-take', 0, 17], ['stock-take', -3, 17], ['receipt', 20, 20],
      ]);
      expect(ledger[2]).to.deep.include({ person: { id: 'person-yang-guang', name: '杨光' }, note: '采购' });
      expect([body.total, rest.nextCursor]).to.deep.equal([3, null]);
    });

    it('refuses a count below what is reserved, naming the cases', async () => {
      const { body: { id } } = await storekeeper.post('/supply/items', newPen());
      await storekeeper.post(`/supply/items/${id}/receipts`, { quantity: 20 });
      const processId = await reserved(id, 5);
      const answer = await storekeeper.post(`/supply/items/${id}/stock-takes`, { counted: 4 });
      refused(answer, 409);
      expect(answer.body.code).to.equal('stock-take-below-reserved');
      expect(answer.body.cases).to.deep.equal([{ processId, number: processId, quantity: 5 }]);
      expect((await storekeeper.post(`/supply/items/${id}/stock-takes`, { counted: 5 })).status).to.equal(201);
      expect(await db('audit_event').where({ refused: true, code: 'stock-take-below-reserved' })).to.have.length(1);
    });

    it('refuses more than a shelf can have instead of overflowing', async () => {
      const { body: { id } } = await storekeeper.post('/supply/items', newPen());
      await storekeeper.post(`/supply/items/${id}/stock-takes`, { counted: 1_000_000_000 });
      const answer = await storekeeper.post(`/supply/items/${id}/receipts`, { quantity: 1 });
      refused(answer, 409);
      for (const quantity of [0, -1, 2 ** 31, 1.5, '1']) {
        refused(await storekeeper.post(`/supply/items/${id}/receipts`, { quantity }), 400);
      }
    });
  });

  describe('CSV', () => {
    it('imports what was exported and finds nothing to change', async () => {
      await storekeeper.post('/supply/items', newPen({ name: '=HYPERLINK("x")', location: '-1' }));
      const { body: csv, headers } = await auditor.get('/supply/items.csv');
      expect(headers.get('content-type')).to.equal('text/csv; charset=utf-8');
      expect(csv).to.include(`"'=HYPERLINK(""x"")"`);
      const before = await everyItem();
      const { status, body } = await storekeeper.post('/supply/items/import', { csv });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ created: 0, updated: 0, unchanged: before.length, dryRun: false });
      expect(await everyItem()).to.deep.equal(before);
    });

    it('makes new items with opening stock, changes known ones and leaves their stock', async () => {
      const csv = '编码,名称,类别,单位,单价,在库\nN-1,新笔,书写用品,支,2.5,40\nSX-002,中性笔（蓝）,书写用品,支,1.80,999\n';
      const dry = await storekeeper.post('/supply/items/import', { csv, dryRun: true });
      expect(dry.body).to.deep.equal({ created: 1, updated: 1, unchanged: 0, dryRun: true });
      expect(await byCode('N-1')).to.equal(undefined);
      expect((await storekeeper.post('/supply/items/import', { csv })).body).to.include({ created: 1, updated: 1 });
      const made = await byCode('N-1');
      expect(made).to.include({ on_hand: 40, price_fen: 250 });
      expect(await db('stock_movement').where({ item_id: made.id }).pluck('quantity')).to.deep.equal([40]);
      expect(await byCode('SX-002')).to.include({ on_hand: 210, price_fen: 180, location: 'A-1-1', minimum: 60 });
    });

    it('imports all or nothing', async () => {
      const csv = 'Code,Name,Category,Unit,Price\nN-2,pen,pens,piece,2.5\nN-3,pen,pens,piece,dear\n';
      const answer = await storekeeper.post('/supply/items/import', { csv });
      refused(answer, 400);
      expect(answer.body.errors[0].path).to.equal('line 3, Price');
      expect(await byCode('N-2')).to.equal(undefined);
    });

    it('imports the same new items once when two files name them at once, in whatever order', async () => {
      for (let round = 0; round < 5; round += 1) {
        const lines = Array.from({ length: 200 }, (_, i) => `TWICE-${round}-${i},pen,pens,piece,1\n`);
        const files = [lines, lines.toReversed()].map((each) => `Code,Name,Category,Unit,Price\n${each.join('')}`);
        const answers = await Promise.all(files.map((csv) => storekeeper.post('/supply/items/import', { csv })));
        // The second finds them made, or being made by the first.
        for (const { status } of answers) expect(status).to.be.oneOf([200, 409]);
        expect(answers.filter(({ body }) => body.created === 200)).to.have.length(1);
      }
    });
  });

  function newPen(fields: object = {}): object {
    count += 1;
    return { ...PEN, code: `T-${count}`, ...fields };
  }

  function refused({ status, body, headers }: Answer, expected: number): void {
    expect(status, JSON.stringify(body)).to.equal(expected);
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(body).to.include.keys('type', 'title', 'status', 'detail');
  }

  async function reserved(itemId: string, quantity: number): Promise<string> {
    const id = `supply-requisition-test-${count}`;
    await db('process').insert({
      id, number: id, type: 'supply-requisition', title: '', requester_id: 'person-wang-wei', department_id: 'dept-marketing',
    });
    await db('reservation').insert({ process_id: id, item_id: itemId, quantity, lease_ends_at: db.fn.now() });
    return id;
  }

  async function everyItem(): Promise<unknown[]> {
    return db('item').orderBy('id');
  }

  async function byCode(code: string): Promise<any> {
    return db('item').where({ code }).first();
  }
});
