import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { businessMillisecondsBetween } from '../../activities/deadlines/business-calendar.ts';
import { defaultCalendar } from '../../activities/deadlines/calendar-2026.ts';
import type { Db } from '../../db/connect.ts';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { startApi, type TestApi } from '../../test/api.ts';
import { putPast, type PastRequest } from '../../test/past.ts';
import { login, type Person } from '../../test/person.ts';
import { readWorkbook } from '../../test/zip.ts';

const MARKETING = 'dept-marketing';
const MAINTENANCE = 'dept-maintenance';
const WANG = 'person-wang-wei';
const ZHAO = 'person-zhao-lei';
const PEN = 'item-pen-black';
const PAPER = 'item-paper-a4';
const EVIL = 'item-evil';

const at = (local: string) => new Date(`${local}+08:00`);
const sum = (rows: readonly any[], field: string): number => rows.reduce((total, row) => total + row[field], 0);

// The past is written with SQL (test/past.ts): no run of the product reaches into last month.
describe('statistics of supply', function () {
  this.timeout(60_000);
  let api: TestApi;
  let db: Db;
  let director: Person;
  let auditor: Person;
  let leader: Person;

  const ask = async (who: Person, query = '') => {
    const { status, body } = await who.get(`/statistics/supply${query}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const binary = async (who: Person, path: string) => {
    const response = await fetch(`${api.url}/api${path}`, { headers: { cookie: who.cookie } });
    expect(response.status).to.equal(200);
    return { buffer: Buffer.from(await response.arrayBuffer()), headers: response.headers };
  };

  before(async () => {
    api = await startApi();
    db = api.database.db;
    await seedDemoCompany(api.database.url);
    [director, auditor, leader] = await Promise.all([login(api.url, 'director'), login(api.url, 'auditor'), login(api.url, 'leader')]);
    await db('item').insert({ id: EVIL, code: '=1+1', name: '=HYPERLINK("http://x")', category: '+坏', unit: '个', price_fen: 1_234 });
    await db('stock_movement').insert([PEN, PAPER, EVIL].map((item) => ({ item_id: item, kind: 'receipt', quantity: 100_000 })));
    for (const past of [
      march('a', { issued: 5, department: MARKETING }),
      march('b', { issued: 7, department: MAINTENANCE, requester: ZHAO, issuedAt: at('2026-03-31T23:59:59.999'), text: '纸张受潮' }),
      march('c', { issued: 2, department: MAINTENANCE, requester: ZHAO, itemId: EVIL, issuedAt: at('2026-04-01T00:00:00'), text: '=cmd' }),
      march('d', { issued: 0, department: MARKETING, outcome: 'rejected', missing: 1 }),
      { ...march('e', { issued: 0, department: MARKETING, outcome: 'rejected' }), outcome: null, endedAt: null },
      { ...march('f', { issued: 9, department: MARKETING }), startedAt: at('2025-03-05T09:00:00'), endedAt: at('2025-03-06T09:00:00'), issuedAt: at('2025-03-06T09:00:00'), tasks: [] },
    ]) await putPast(db, past);
  });
  after(async () => {
    await api?.stop();
  });

  it('counts what the ledger issued in the period, to the company’s midnight', async () => {
    const body = await ask(director, '?from=2026-03-01&to=2026-03-31');
    expect(body.now).to.include({ quantity: 12, fen: 5 * 2_250 + 7 * 2_250, requests: 5 });
    expect(body.months).to.deep.equal([{ month: '2026-03', quantity: 12, fen: 27_000 }]);
    expect((await ask(director, '?from=2026-04-01&to=2026-04-30')).now.quantity).to.equal(2);
  });

  it('follows the pieces: requested, approved, missing, issued, and how the requests ended', async () => {
    const { now, departments } = await ask(director, '?from=2026-03-01&to=2026-03-31');
    expect(now).to.include({ requested: 50, approved: 8 * 3 + 1 * 1, shortage: 1 });
    expect(now.outcomes).to.deep.equal({ running: 1, issued: 3, 'partly-issued': 0, rejected: 1, withdrawn: 0, expired: 0 });
    const marketing = departments.find(({ id }: { id: string }) => id === MARKETING);
    expect(marketing).to.include({ requests: 3, requested: 30, approved: 9, shortage: 1, issued: 5, quantity: 5 });
  });

  it('compares with the period before', async () => {
    const body = await ask(director, '?from=2026-01-01&to=2026-11-24');
    expect(body.before).to.deep.equal({ from: '2025-01-01', to: '2025-11-24' });
    expect(body.then).to.include({ quantity: 9, requests: 1, requested: 10 });
  });

  it('is of this year until today without days', async () => {
    const { period } = await ask(director);
    expect(period.from).to.match(/^\d{4}-01-01$/);
    expect(period.to).to.equal(new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date()));
  });

  it('filters by department, category and item together', async () => {
    const of = async (filter: string) => (await ask(director, `?from=2026-03-01&to=2026-04-30&${filter}`)).now;
    expect(await of(`department=${MAINTENANCE}`)).to.include({ quantity: 9, requests: 2, requested: 20 });
    expect(await of(`category=${encodeURIComponent('纸张本册')}`)).to.include({ quantity: 12, requests: 4 });
    expect(await of(`item=${EVIL}`)).to.include({ quantity: 2, fen: 2_468, requests: 1, rated: 1 });
    expect(await of(`item=${EVIL}&department=${MARKETING}`)).to.include({ quantity: 0, requests: 0, rated: 0 });
  });

  it('names what nobody was given', async () => {
    const { unmoved } = await ask(director, '?from=2026-03-01&to=2026-03-31');
    expect(unmoved.total).to.equal(90);
    expect(unmoved.items).to.have.length(50);
    const codes = unmoved.items.map(({ id }: { id: string }) => id);
    expect(codes).to.include(EVIL).and.not.include(PAPER);
    expect(unmoved.items.find(({ id }: { id: string }) => id === EVIL)).to.include({ lastIssuedAt: at('2026-04-01T00:00:00').toISOString(), onHand: 99_998 });
  });

  it('says how people rated it, who did not, and shows words only of requests that the reader may see', async () => {
    const body = await ask(auditor, '?from=2026-03-01&to=2026-03-31');
    expect(body.now).to.include({ rated: 2, unrated: 1, waiting: 0 });
    expect(body.aspects.find(({ aspect }: { aspect: string }) => aspect === 'quality')).to.deep.equal({ aspect: 'quality', mean: 3, times: [0, 1, 0, 1, 0] });
    expect(body.now.stars).to.be.closeTo((4 + 4 + 4 + 2 + 2 + 2) / 6, 1e-9);
    expect(body.words.items.map(({ text }: { text: string }) => text)).to.have.members(['纸张受潮', '=cmd']);
    expect((await ask(director, '?from=2026-03-01&to=2026-03-31')).words.total, 'the director has seen neither').to.equal(0);
  });

  it('lets a leader see the own department only, and nobody else anything', async () => {
    const body = await ask(leader, '?from=2026-03-01&to=2026-04-30');
    expect(body.scope).to.deep.include({ all: false });
    expect(body.scope.departments.map(({ id }: { id: string }) => id)).to.deep.equal([MARKETING]);
    expect(body.now).to.include({ quantity: 5, requests: 3 });
    expect(body.departments.map(({ id }: { id: string }) => id)).to.deep.equal([MARKETING]);
    for (const path of ['', '.csv', '.xlsx']) {
      expect((await leader.get(`/statistics/supply${path}?department=${MAINTENANCE}`)).status, path).to.equal(404);
      expect((await (await login(api.url, 'requester')).get(`/statistics/supply${path}`)).status, path).to.equal(403);
    }
    const rows = parse((await leader.get('/statistics/supply.csv?from=2026-03-01&to=2026-04-30')).body, { bom: true }) as string[][];
    expect(rows.slice(1).map((row) => row[1])).to.deep.equal(['营销部']);
  });

  for (const [query, path] of [
    ['?from=2026-13-01', 'from'], ['?from=2026-03-02&to=2026-03-01', 'to'], ['?to=1999-01-01', 'to'], ['?item=pen', 'item'], ['?order=x', 'order'],
    ['?department=', 'department'],
  ] as const) {
    it(`answers 400 naming the field to ${query}`, async () => {
      const { status, body } = await director.get(`/statistics/supply${query}`);
      expect([status, body.errors[0].path]).to.deep.equal([400, path]);
    });
  }

  it('answers 404 for a department or item that is not there', async () => {
    expect((await director.get('/statistics/supply?department=dept-none')).status).to.equal(404);
    expect((await director.get('/statistics/supply?item=item-none')).status).to.equal(404);
  });

  it('says in the CSV what the ledger says, and runs no formula', async () => {
    const { body, headers } = await director.get('/statistics/supply.csv?from=2026-03-01&to=2026-04-30');
    expect(headers.get('content-disposition')).to.contain('supply-2026-03-01-2026-04-30.csv');
    const response = await fetch(`${api.url}/api/statistics/supply.csv?from=2026-03-01&to=2026-04-30`, { headers: { cookie: director.cookie } });
    expect([...new Uint8Array(await response.arrayBuffer())].slice(0, 3)).to.deep.equal([0xef, 0xbb, 0xbf]);
    const rows = parse(body, { bom: true }) as string[][];
    expect(rows[0]!.slice(0, 4)).to.deep.equal(['月份', '部门', '编码', '名称']);
    expect(rows.slice(1).map((row) => row[6]).map(Number).reduce((a, b) => a + b, 0)).to.equal(14);
    expect(rows.find((row) => row[0] === '2026-04')).to.deep.equal([
      '2026-04', '运维检修部', "'=1+1", `'=HYPERLINK("http://x")`, "'+坏", '个', '2', '12.34', '24.68',
    ]);
  });

  it('writes an Excel workbook of numbers, dates and texts, none of them a formula, in the reader’s language', async () => {
    const { buffer, headers } = await binary(auditor, '/statistics/supply.xlsx?from=2026-03-01&to=2026-04-30');
    expect(headers.get('content-type')).to.contain('spreadsheetml.sheet');
    expect(headers.get('content-disposition')).to.contain('supply-2026-03-01-2026-04-30.xlsx');
    const { sheets, xml } = readWorkbook(buffer);
    expect([...sheets.keys()]).to.deep.equal(['概览', '按部门', '按物品', '按月', '用时', '评价', '未领用物品']);
    expect(xml).to.not.match(/<f[ >]/);
    expect(xml).to.contain('state="frozen"').and.to.match(/<col [^>]*width="28/);
    const items = sheets.get('按物品')!;
    expect(items.find((row) => row[0] === "'=1+1")).to.deep.equal(["'=1+1", `'=HYPERLINK("http://x")`, "'+坏", '个', 2, 24.68]);
    const months = sheets.get('按月')!;
    // Day 46082 of Excel's calendar is 1 March 2026.
    expect(months.slice(1)).to.deep.equal([[46_082, 12, 270], [46_113, 2, 24.68]]);
    expect(sheets.get('评价')!.map((row) => row[6])).to.include("'=cmd");
    expect(sheets.get('用时')!.find((row) => row[0] === '部门领导审批')!.slice(1, 5)).to.deep.equal([4, 1, 4, 3]);
    const english = await login(api.url, 'auditor');
    await english.patch('/me', { locale: 'en' });
    const second = readWorkbook((await binary(english, '/statistics/supply.xlsx')).buffer);
    expect([...second.sheets.keys()]).to.include.members(['By department', 'Times', 'Ratings']);
    await english.patch('/me', { locale: 'zh-CN' });
  });

  it('has percentiles and business time as a straightforward computation has them', async () => {
    let run = 0;
    const instant = fc.integer({ min: Date.parse('2026-02-10T00:00:00Z'), max: Date.parse('2026-05-20T00:00:00Z') });
    const lengths = fc.array(fc.tuple(instant, fc.oneof(fc.integer({ min: 0, max: 90_000_000 }), fc.integer({ min: 0, max: 1_900_000_000 }))), { minLength: 1, maxLength: 40 });
    await fc.assert(fc.asyncProperty(lengths, async (times) => {
      run += 1;
      const step = `random-${run}`;
      await putPast(db, {
        ...march(`random-${run}`, { issued: 0, department: MARKETING, outcome: 'withdrawn' }),
        startedAt: new Date(Math.min(...times.map(([opened]) => opened))),
        tasks: times.map(([opened, length]) => ({ step, openedAt: new Date(opened), decidedAt: new Date(opened + length), by: WANG })),
      });
      const { steps } = await ask(director, '?from=2026-01-01&to=2026-11-01');
      const found = steps.find((each: { step: string }) => each.step === step);
      expect(found.people).to.equal(times.length);
      const business = times.map(([opened, length]) => businessMillisecondsBetween(defaultCalendar, new Date(opened), new Date(opened + length)));
      for (const [key, values] of [['elapsed', times.map(([, length]) => length)], ['business', business]] as const) {
        for (const [name, share] of [['p50', 0.5], ['p90', 0.9]] as const) {
          expect(found[key][name], `${key} ${name}`).to.be.closeTo(straightforward(values, share), 1.5);
        }
      }
    }), { numRuns: 25 });
  });

  it('counts the clock’s decisions apart, and those in time among the rest', async () => {
    const { steps, now } = await ask(director, '?from=2026-03-01&to=2026-03-31');
    const found = steps.find(({ step }: { step: string }) => step === 'department-leader');
    expect(found).to.include({ people: 4, clock: 1, due: 4, inTime: 3 });
    expect(found.elapsed.p50).to.equal(2 * 3_600_000);
    expect(now.whole.processes).to.equal(3);
    expect(now.whole.elapsed.p50).to.equal(28 * 3_600_000);
  });

  it('adds up: departments, months, items and the CSV are the ledger, whatever was issued', async () => {
    const some = fc.array(fc.record({
      month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }), hour: fc.integer({ min: 0, max: 23 }),
      department: fc.constantFrom(MARKETING, MAINTENANCE, 'dept-office'), itemId: fc.constantFrom(PEN, PAPER, EVIL), issued: fc.integer({ min: 1, max: 30 }),
    }), { minLength: 60, maxLength: 60 });
    const pad = (n: number) => String(n).padStart(2, '0');
    const [rows] = fc.sample(some, 1);
    for (const [n, row] of rows!.entries()) {
      await putPast(db, march(`sum-${n}`, { ...row, issuedAt: at(`2024-${pad(row.month)}-${pad(row.day)}T${pad(row.hour)}:30:00`) }));
    }
    const body = await ask(director, '?from=2024-01-01&to=2024-12-31');
    const { rows: [ledger] } = await db.raw(`
      SELECT -sum(quantity)::int AS quantity, -sum(quantity * price_fen)::int AS fen FROM stock_movement JOIN item ON item.id = item_id
      WHERE kind = 'issue' AND at >= '2024-01-01T00:00+08' AND at < '2025-01-01T00:00+08'`);
    const csv = parse((await director.get('/statistics/supply.csv?from=2024-01-01&to=2024-12-31')).body, { bom: true, columns: true }) as Record<string, string>[];
    for (const field of ['quantity', 'fen'] as const) {
      expect(body.now[field]).to.equal(ledger[field]).and.equal(sum(rows!.map((row) => ({ quantity: row.issued, fen: row.issued * { [PEN]: 150, [PAPER]: 2_250, [EVIL]: 1_234 }[row.itemId]! })), field));
      for (const by of ['months', 'departments', 'items']) expect(sum(body[by], field), `${by} ${field}`).to.equal(ledger[field]);
    }
    expect(csv.reduce((total, row) => total + Number(row['发放数量']), 0)).to.equal(ledger.quantity);
    expect(Math.round(csv.reduce((total, row) => total + Number(row['金额（元，按现价）']), 0) * 100)).to.equal(ledger.fen);
    expect(body.months).to.have.length(12);
  });

  it('draws an empty period with zeros, not with nothing', async () => {
    const body = await ask(director, '?from=2001-01-01&to=2001-02-28');
    expect(body.now).to.include({ quantity: 0, fen: 0, requests: 0, stars: null });
    expect(body.months).to.deep.equal([{ month: '2001-01', quantity: 0, fen: 0 }, { month: '2001-02', quantity: 0, fen: 0 }]);
    expect(body.steps).to.deep.equal([]);
    expect((await binary(director, '/statistics/supply.xlsx?from=2001-01-01&to=2001-02-28')).buffer.length).to.be.above(1_000);
  });

  /** Ten of an item asked for in March 2026, approved within two hours as eight, handed over the next day, rated in half of the cases. */
  function march(id: string, { issued, department, requester = WANG, itemId = PAPER, issuedAt, outcome = 'issued', missing = 0, text }: {
    issued: number; department: string; requester?: string; itemId?: string; issuedAt?: Date; outcome?: string; missing?: number; text?: string;
  }): PastRequest {
    const startedAt = at('2026-03-05T09:00:00');
    const endedAt = at('2026-03-06T13:00:00');
    const approved = issued > 0 ? 8 : missing;
    return {
      id, requester, department, startedAt, outcome, endedAt, issuedAt: issuedAt ?? endedAt,
      lines: [{ itemId, quantity: 10, approved, missing, issued }],
      tasks: /^(random|sum)/.test(id) ? [] : [
        {
          step: 'department-leader', openedAt: startedAt, dueAt: at(id === 'd' ? '2026-03-05T10:00:00' : '2026-03-06T09:00:00'),
          decidedAt: at('2026-03-05T11:00:00'), ...(id === 'e' ? { actorKind: 'clock' as const } : { by: 'person-chen-jianhua' }),
        },
        ...(outcome !== 'issued' ? [] : [{
          step: 'evaluation', openedAt: endedAt, decidedAt: at('2026-03-09T09:00:00'),
          ...(text
            ? { outcome: 'evaluated', by: requester, text, stars: text === '=cmd' ? { quality: 4, speed: 4, service: 4 } : { quality: 2, speed: 2, service: 2 } }
            : { outcome: 'unrated', actorKind: 'clock' as const }),
        }]),
      ],
    };
  }
});

/** By sorting: between the two values around the rank, in proportion. */
function straightforward(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const low = sorted[Math.floor(rank)]!;
  return low + (sorted[Math.ceil(rank)]! - low) * (rank - Math.floor(rank));
}
