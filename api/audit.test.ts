import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { startApi, type TestApi } from '../test/api.ts';
import { PREPARED_ITEM, putDecision, putItem, putProcess, putTask } from '../test/prepared.ts';
import type { Person } from '../test/person.ts';
import { walk } from '../test/walk.ts';

const LEADER = 'department-leader';
const COUNTER = 'hand-over';

interface Case { id: string; department: string; requester: string; title: string; startedAt: string; endedAt: string | null; outcome: string | null; step: string | null; overdue: boolean; decidedBy: string | null; holders: string[] }

describe('the auditor', function () {
  this.timeout(60_000);
  let api: TestApi;
  let auditor: Person;
  let admin: Person;
  let requester: Person;
  const all: Case[] = [];

  before(async () => {
    api = await startApi();
    const { db } = api.database;
    auditor = await api.as('auditor', ['auditor']);
    admin = await api.as('admin', ['process-administrator']);
    requester = await api.as('requester');
    for (const [name, roles] of [['other', []], ['leader', []], ['keeper', ['storekeeper']]] as const) await api.addPerson(name, roles);
    await db('department').insert({ id: 'dept-two', name: '第二部', name_en: 'Second' });
    await db('department').where({ id: 'dept-test' }).update({ leader_id: 'person-leader' });
    await db('person').where({ id: 'person-other' }).update({ department_id: 'dept-two' });
    await putItem(db);
    for (let n = 0; n < 24; n += 1) all.push(await putCase(n));
  });
  after(() => api?.stop());

  /** One of many different cases: whose, when, where it is now or how it ended. */
  async function putCase(n: number): Promise<Case> {
    const { db } = api.database;
    const [mine, ended, overdue] = [n % 3 !== 0, n % 4 === 1, n % 4 === 2];
    const who = mine ? 'person-requester' : 'person-other';
    const title = n % 5 === 0 ? '=cmd 特别' : `备用物品 ×${n}`;
    const id = await putProcess(db, who, title);
    const startedAt = new Date(Date.UTC(2026, 9, 1 + n, 15, 59, 59)).toISOString();
    const atCounter = n % 2 === 0;
    let decidedBy: string | null = null;
    if (atCounter || ended) {
      decidedBy = 'person-leader';
      await putDecision(db, await putTask(db, id, LEADER), decidedBy, ended ? 'rejected' : 'approved');
    }
    await db('process').where({ id }).update({ started_at: startedAt });
    const endedAt = ended ? new Date(Date.UTC(2026, 10, 1 + n, 16, 0, 0)).toISOString() : null;
    const step = ended ? null : atCounter ? COUNTER : LEADER;
    if (ended) await db('process').where({ id }).update({ status: 'ended', outcome: 'rejected', ended_at: endedAt });
    else {
      const task = await putTask(db, id, step!);
      await db('task').where({ id: task }).update({ due_at: overdue ? '2026-11-01T00:00:00Z' : new Date(Date.now() + (n + 1) * 3_600_000).toISOString() });
    }
    const holders = step === COUNTER ? ['person-keeper'] : step === LEADER && who === 'person-requester' ? ['person-leader'] : [];
    return { id, department: mine ? 'dept-test' : 'dept-two', requester: who, title, startedAt, endedAt, outcome: ended ? 'rejected' : null, step, overdue: !ended && overdue, decidedBy, holders };
  }

  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
  /** The day in the company's time zone. */
  const day = (at: string) => new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

  describe('searching all cases', () => {
    const filters: [query: string, fits: (one: Case) => boolean][] = [
      ['department=dept-two', ({ department }) => department === 'dept-two'],
      ['requester=person-requester', ({ requester: id }) => id === 'person-requester'],
      ['holder=person-keeper', ({ holders }) => holders.includes('person-keeper')],
      ['holder=person-leader', ({ holders }) => holders.includes('person-leader')],
      ['decidedBy=person-leader', ({ decidedBy }) => decidedBy !== null],
      [`step=${LEADER}`, ({ step }) => step === LEADER],
      ['overdue=true', ({ overdue }) => overdue],
      ['overdue=false', ({ overdue }) => !overdue],
      ['startedFrom=2026-10-08', ({ startedAt }) => day(startedAt) >= '2026-10-08'],
      ['startedTo=2026-10-08', ({ startedAt }) => day(startedAt) <= '2026-10-08'],
      ['endedFrom=2026-11-07', ({ endedAt }) => endedAt !== null && day(endedAt) >= '2026-11-07'],
      ['endedTo=2026-11-07', ({ endedAt }) => endedAt !== null && day(endedAt) <= '2026-11-07'],
      ['outcome=rejected', ({ outcome }) => outcome === 'rejected'],
      ['status=running', ({ outcome }) => outcome === null],
      [`q=${encodeURIComponent('特别')}`, ({ title }) => title.includes('特别')],
      ['q=other', ({ requester: id }) => id === 'person-other'],
    ];

    for (const [query, fits] of filters) {
      it(`finds by ${decodeURIComponent(query)} those and no others, over pages, with the exact total, in each order`, async () => {
        const wanted = idsOf(all.filter(fits));
        expect(wanted, 'the filter narrows').to.have.length.within(1, all.length - 1);
        for (const sort of ['newest', 'oldest', 'due']) {
          const { rows, totals } = await walk(auditor, `/processes?view=all&limit=4&sort=${sort}&${query}`);
          expect(idsOf(rows), sort).to.eql(wanted);
          expect(new Set(totals)).to.eql(new Set([wanted.length]));
        }
      });
    }

    it('finds by any two filters what fits both', async () => {
      for (const [first, fitsFirst] of filters) {
        for (const [second, fitsSecond] of filters) {
          if (first.split('=')[0] === second.split('=')[0]) continue;
          const { body } = await auditor.get(`/processes?view=all&limit=100&${first}&${second}`);
          const wanted = idsOf(all.filter((one) => fitsFirst(one) && fitsSecond(one)));
          expect(idsOf(body.items), `${first} and ${second}`).to.eql(wanted);
          expect(body.total).to.equal(wanted.length);
        }
      }
    });

    it('sorts by start either way, and by the nearest due instant', async () => {
      const list = async (sort: string) => (await auditor.get(`/processes?view=all&limit=100&sort=${sort}`)).body.items;
      const newest = (await list('newest')).map(({ id }: Case) => id);
      expect((await list('oldest')).map(({ id }: Case) => id)).to.eql(newest.toReversed());
      const dues = (await list('due')).map(({ current }: any) => current[0]?.dueAt ?? 'none');
      expect(dues).to.eql([...dues].sort());
      const cursor = (await auditor.get('/processes?view=all&limit=2&sort=due')).body.nextCursor;
      expect((await auditor.get(`/processes?view=all&limit=2&sort=newest&cursor=${cursor}`)).status).to.equal(400);
    });

    it('says who holds an unclaimed case, and refuses what is no filter', async () => {
      const { body } = await auditor.get(`/processes?view=all&limit=1&step=${COUNTER}`);
      expect(body.items[0].current[0].holders[0].people).to.eql([{ id: 'person-keeper', name: '人 keeper' }]);
      for (const query of ['startedFrom=2026-02-30', 'startedFrom=0000-01-01', 'overdue=yes', 'sort=number', 'colour=red', 'department=']) {
        expect((await auditor.get(`/processes?view=all&${query}`)).status, query).to.equal(400);
      }
    });

    it('shows nobody else more than their own, whatever the filter', async () => {
      for (const [query] of filters) {
        const { body } = await requester.get(`/processes?view=all&limit=100&${query}`);
        expect(body.items.every((one: any) => one.requester.id === 'person-requester'), query).to.equal(true);
      }
    });

    it('exports what the filter finds, with formulas made harmless, and leaves an audit event', async () => {
      for (const who of [auditor, admin]) {
        const answer = await who.get('/audit/processes.csv?department=dept-two');
        expect([answer.status, answer.headers.get('content-type')]).to.eql([200, 'text/csv; charset=utf-8']);
        const [head, ...lines] = parse(answer.body, { bom: true }) as string[][];
        expect(head).to.include.members(['单号', '标题', '办理人', '截止']);
        expect(lines).to.have.length(all.filter(({ department }) => department === 'dept-two').length);
        expect(lines.map((line) => line[2])).to.include("'=cmd 特别");
      }
      const event = await api.database.db('audit_event').where({ action: 'processes-exported', actor_id: 'person-admin' }).first();
      expect(event.detail).to.eql({ rows: 8, total: 8, filters: ['department', 'sort'] });
      expect((await auditor.get('/audit/processes.csv?limit=1')).status).to.equal(400);
    });
  });

  describe('reading one case', () => {
    it('sees a refused attempt in words, with who tried', async () => {
      const one = all.find(({ step, holders }) => step === LEADER && holders.length > 0)!;
      const keeper = await api.as('keeper');
      const task = `${one.id}.${LEADER}.1`;
      expect((await keeper.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(404);
      const { items } = (await auditor.get(`/audit/processes/${one.id}/events`)).body;
      const refused = items.find((each: any) => each.refused);
      expect(refused).to.deep.include({ actor: { id: 'person-keeper', name: '人 keeper' }, code: 'not-found', refusal: { zh: '未找到', en: 'Not found' } });
      expect(refused.attempt.zh).to.match(/\p{Script=Han}/u);
      const opened = items.find(({ action }: any) => action === 'task-opened');
      expect(opened).to.include({ policyVersion: 1, calendarVersion: 1, refused: false, attempt: null });
      const seen = (await requester.get(`/processes/${one.id}`)).body.timeline;
      expect(seen.map(({ seq }: any) => seq)).to.not.include(refused.seq);
    });

    it('gets these fields and no others, as the administrator does (S3)', async () => {
      const common = ['seq', 'at', 'actorKind', 'actor', 'action', 'step', 'outcome', 'detail', 'refused', 'code', 'refusal', 'attempt', 'onBehalfOf', 'policyVersion', 'calendarVersion'];
      for (const who of [auditor, admin]) {
        const entry = (await who.get(`/audit/processes/${all[0]!.id}/events`)).body.items[0];
        expect(entry).to.have.all.keys(...common, 'taskId', 'stepTitle', 'text', 'to');
        const log = (await who.get('/audit/events?limit=1')).body;
        expect(log).to.have.all.keys('items', 'nextCursor', 'total', 'more');
        expect(log.items[0]).to.have.all.keys(...common, 'process', 'object');
        expect((await who.get('/audit/filters?people=person-keeper')).body).to.have.all.keys('departments', 'people', 'actions');
        const replay = (await who.post(`/audit/processes/${all[0]!.id}/replay`)).body;
        expect(replay).to.have.all.keys('events', 'same', 'departure', 'at', 'build');
        expect((await who.post(`/audit/processes/${all[0]!.id}/replay`, { force: true })).status).to.equal(400);
      }
      const named = (await auditor.get('/audit/filters?people=person-keeper,nobody')).body;
      expect(named.people).to.eql([{ id: 'person-keeper', name: '人 keeper', title: '', department: '测试部', departmentEn: 'Test department' }]);
      expect(named.actions.map(({ action }: any) => action)).to.include.members(['login', 'process-started', 'POST /tasks/:id/decision']);
    });
  });

  describe('in the operations log', () => {
    it('reads every event once, the latest first, page by page', async () => {
      const { rows, totals } = await walk(auditor, '/audit/events?limit=50');
      const seqs = rows.map(({ seq }) => seq);
      expect(seqs).to.eql(await api.database.db('audit_event').orderBy('seq', 'desc').pluck('seq'));
      expect(new Set(totals)).to.eql(new Set([seqs.length]));
    });

    it('narrows it by actor, kind, action, refusal, day and what was acted on', async () => {
      const { db } = api.database;
      const count = async (narrow: (rows: any) => any) => Number((await narrow(db('audit_event')).count('* as n').first()).n);
      const today = day(new Date().toISOString());
      const number = (await db('process').where({ id: all[3]!.id }).first()).number;
      for (const [query, narrow] of [
        ['actor=person-auditor', (rows: any) => rows.where({ actor_id: 'person-auditor' })],
        ['actorKind=system', (rows: any) => rows.where({ actor_kind: 'system' })],
        ['action=login', (rows: any) => rows.where({ action: 'login' })],
        ['refused=true', (rows: any) => rows.where({ refused: true })],
        [`from=${today}`, (rows: any) => rows],
        [`to=2026-01-01`, (rows: any) => rows.where('at', '<', '2026-01-01')],
        [`q=${number}`, (rows: any) => rows.where({ process_id: all[3]!.id })],
        [`q=${number}&action=process-started`, (rows: any) => rows.where({ process_id: all[3]!.id, action: 'process-started' })],
      ] as const) {
        const { status, body } = await auditor.get(`/audit/events?limit=100&${query}`);
        expect([status, body.total], query).to.eql([200, await count(narrow)]);
        expect(body.items.length).to.equal(Math.min(100, body.total));
        expect(body.more).to.equal(false);
      }
      for (const query of ['actorKind=robot', 'refused=maybe', 'from=tomorrow', 'colour=red', 'cursor=x']) {
        expect((await auditor.get(`/audit/events?${query}`)).status, query).to.equal(400);
      }
    });

    it('says what was acted on in words', async () => {
      const keeper = await api.as('keeper');
      await keeper.patch(`/supply/items/${PREPARED_ITEM}`, { name: '新名' });
      await admin.put('/admin/timeout-policies/supply-requisition/department-leader', {
        clock: 'business', due: 'P2D', remind: null, escalate: { after: 'P3D' }, expire: null,
      });
      const { items } = (await auditor.get('/audit/events?limit=10')).body;
      expect(items.find(({ action }: any) => action === 'item-changed').object.zh).to.equal('新名');
      expect(items.find(({ action }: any) => action === 'change-timeout-policy').object).to.eql({
        zh: '办公物品领用 · 部门领导审批', en: 'Supply requisition · Department leader',
      });
    });
  });

  it('may replay ten times a minute, however fast, and each is on record', async () => {
    const { db } = api.database;
    const eager = await api.as('eager', ['auditor']);
    const answers = await Promise.all(Array.from({ length: 13 }, (_, n) => eager.post(`/audit/processes/${all[n]!.id}/replay`)));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(10);
    const late = answers.filter(({ status }) => status === 429);
    expect(late).to.have.length(3);
    expect(late[0]!.headers.get('retry-after')).to.equal('60');
    const recorded = await db('audit_event').where({ actor_id: 'person-eager', action: 'history-replayed' });
    expect(recorded).to.have.length(10);
    expect(recorded[0].detail).to.include({ finding: 'same', events: 1 });
    const seen = (await requester.get(`/processes/${all[1]!.id}`)).body.timeline.map(({ action }: any) => action);
    expect(seen.filter((action: string) => action.startsWith('history-'))).to.eql([]);
  });
});
