import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import type { Person } from '../test/person.ts';
import { putItem, putProcess, putTask } from '../test/prepared.ts';
import { defaultCalendar } from '../activities/deadlines/calendar-2026.ts';
import { processTypes } from '../workflows/contracts.ts';
import { timedSteps } from '../workflows/lib/contract.ts';

describe('the administrator', function () {
  this.timeout(30_000);
  let api: TestApi;
  let admin: Person;
  let requester: Person;
  before(async () => {
    api = await startApi();
    admin = await api.as('admin', ['process-administrator']);
    requester = await api.as('requester');
  });
  after(() => api.stop());

  const lastAudit = () => api.database.db('audit_event').orderBy('seq', 'desc').first();

  describe('with the timeout policies', () => {
    const policy = { clock: 'business', due: 'P2D', remind: { after: 'PT4H', every: 'P1D', times: 2 }, escalate: { after: 'P3D' }, expire: null };
    const put = (step: string, body: unknown, type = 'supply-requisition') => admin.put(`/admin/timeout-policies/${type}/${step}`, body);

    it('finds one for each step and each clock of each process type from the start', async () => {
      const { status, body } = await admin.get('/admin/timeout-policies');
      expect(status).to.equal(200);
      const steps = Object.values(processTypes).flatMap(({ contract }) => Object.keys(timedSteps(contract)).map((step) => `${contract.type} ${step}`));
      expect(body.items.map(({ type, step }: { type: string; step: string }) => `${type} ${step}`).sort()).to.deep.equal(steps.sort());
      for (const item of body.items) expect(item).to.include({ version: 1, changedBy: null });
    });

    it('publishes a new version, in the own name', async () => {
      const answer = await put('department-leader', policy);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.include({
        type: 'supply-requisition', step: 'department-leader', version: 2, policy, changedBy: { id: 'person-admin', name: '人 admin' },
      });
      expect(new Date(answer.body.changedAt).toISOString()).to.equal(answer.body.changedAt);
      const listed = (await admin.get('/admin/timeout-policies')).body.items
        .find(({ type, step }: { type: string; step: string }) => type === 'supply-requisition' && step === 'department-leader');
      expect(listed).to.deep.equal(answer.body);
      expect(await lastAudit()).to.deep.include({
        actor_kind: 'administrator', actor_id: 'person-admin', action: 'change-timeout-policy',
        object: 'timeout-policy:supply-requisition/department-leader', refused: false, detail: { version: 2 },
      });
    });

    it('gets different versions when two publish at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => put('service-centre-director', policy)));
      expect(answers.map(({ body }) => body.version).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 20 }, (_, n) => n + 2));
    });

    it('is told which field is wrong', async () => {
      const expiring = (outcome: string) => ({ ...policy, escalate: null, expire: { after: 'P30D', outcome } });
      const cases: [string, object, string][] = [
        ['department-leader', { ...policy, due: 'tomorrow' }, 'due'],
        ['department-leader', { ...policy, due: 'P9999999D' }, 'due'],
        ['department-leader', { ...policy, remind: { ...policy.remind, times: 21 } }, 'remind.times'],
        ['department-leader', { ...policy, clock: 'sundial' }, 'clock'],
        ['department-leader', { ...policy, expire: { after: 'P1D', outcome: 'issued' } }, 'expire.outcome'],
        ['department-leader', { ...policy, surprise: 1 }, 'surprise'],
        ['hand-over', policy, 'expire'],
        ['department-leader', { ...policy, escalate: null }, 'escalate'],
        // What the clock cannot say: goods handed over, stars, a new form; nor may the superior write the request that he approves.
        ['hand-over', expiring('issued'), 'expire.outcome'],
        ['hand-over', expiring('hand-over'), 'expire.outcome'],
        ['evaluation', expiring('evaluated'), 'expire.outcome'],
        ['revise', expiring('resubmitted'), 'expire.outcome'],
        ['revise', expiring('hand-over'), 'expire.outcome'],
        ['revise', { ...expiring('withdrawn'), escalate: { after: 'P1D' } }, 'escalate'],
      ];
      for (const [step, body, field] of cases) {
        const answer = await put(step, body);
        expect(answer.status, field).to.equal(400);
        expect(answer.body.errors[0].path).to.equal(field);
        expect(answer.body.errors[0].message).to.match(/\p{Script=Han}/u).and.not.match(/\{|timeout-policy|duration\./);
      }
    });

    it('may let a step expire with its own outcomes or hand it over', async () => {
      const own = [['hand-over', 'expired'], ['evaluation', 'unrated'], ['revise', 'withdrawn'], ['department-leader', 'rejected'], ['department-leader', 'hand-over']];
      for (const [step, outcome] of own) {
        expect((await put(step!, { ...policy, escalate: null, expire: { after: 'P30D', outcome } })).status, step).to.equal(200);
      }
    });

    it('finds no step that does not exist, whatever it is called', async () => {
      for (const [step, type] of [['no-such-step', undefined], ['department-leader', 'no-such-type'], ['constructor', undefined], ['tostring', 'constructor']] as const) {
        expect((await put(step, policy, type)).body.code).to.equal('step-unknown');
      }
    });

    it('is shown what the step lets its policy say', async () => {
      const { items } = (await admin.get('/admin/timeout-policies')).body;
      const rules = (step: string) => items.find((item: { step: string }) => item.step === step).rules;
      expect(rules('hand-over')).to.deep.equal({ expireOutcomes: ['expired'], mayEscalate: true, expiryNeeded: true });
      expect(rules('revise')).to.deep.equal({ expireOutcomes: ['withdrawn'], mayEscalate: false, expiryNeeded: false });
      expect(rules('department-leader').expireOutcomes).to.include('hand-over');
      // No clock says what was done, or when somebody comes; nobody else takes an offer on.
      expect(rules('work').expireOutcomes).to.deep.equal(['handed-back', 'hand-over']);
      expect(rules('arrival').expireOutcomes).to.deep.equal(['arrived', 'handed-back', 'hand-over']);
      expect(rules('accept')).to.deep.equal({ expireOutcomes: ['no-answer'], mayEscalate: false, expiryNeeded: true });
    });

    it('sees every version with who made it, and may put an earlier one back as a new one', async () => {
      const path = '/admin/timeout-policies/supply-requisition/service-centre-director';
      const { items } = (await admin.get(`${path}/versions`)).body;
      expect(items.map(({ version }: { version: number }) => version)).to.deep.equal(Array.from({ length: items.length }, (_, n) => items.length - n));
      const [newest, first] = [items[0], items.at(-1)];
      expect(first).to.include({ version: 1, changedBy: null });
      expect(newest.changedBy.id).to.equal('person-admin');
      const back = await admin.put(`${path}?basedOn=${newest.version}`, first.policy);
      expect(back.body).to.deep.include({ version: newest.version + 1, policy: first.policy });
    });

    it('is refused a change of a version that is no longer in force, and told who was first', async () => {
      const second = await api.as('admin2', ['process-administrator']);
      const path = '/admin/timeout-policies/supply-requisition/evaluation';
      const mine = { ...policy, remind: null, escalate: null, expire: { after: 'P9D', outcome: 'unrated' } };
      const { version } = (await admin.get('/admin/timeout-policies')).body.items
        .find(({ type, step }: { type: string; step: string }) => type === 'supply-requisition' && step === 'evaluation');
      const answers = await Promise.all([admin, second].map((who) => who.put(`${path}?basedOn=${version}`, mine)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
      const refused = answers.find(({ status }) => status === 409)!;
      expect(refused.body).to.deep.include({ code: 'version-moved', version: version + 1 });
      expect(refused.body.detail).to.match(/^人 admin2?已于 .* 发布了第 \d+ 版/);
      expect((await admin.get(`${path}/versions`)).body.items[0].version).to.equal(version + 1);
    });

    it('is shown, before saving, the instants that openTask would compute, what is odd, and how many tasks keep theirs', async () => {
      const { db } = api.database;
      await putItem(db);
      const path = '/admin/timeout-policies/supply-requisition/department-leader';
      const tried = { ...policy, remind: { after: 'PT3H', every: 'P1D', times: 2 }, expire: { after: 'P5D', outcome: 'rejected' } };
      const open = await putTask(db, await putProcess(db, 'person-requester'), 'department-leader');
      const before = await db('task').where({ id: open }).first();
      const openedAt = new Date().toISOString();
      const { status, body } = await admin.post(`${path}/preview`, { policy: tried, openedAt });
      expect(status).to.equal(200);
      expect(body.samples.map(({ about }: { about: string }) => about)).to.deep.equal(['given', 'now', 'friday']);
      expect(body.warnings).to.deep.equal([]);
      expect(body.touches).to.deep.equal({ openTasks: 1, keepDeadlines: true });

      const { version } = (await admin.put(path, tried)).body;
      expect(await db('task').where({ id: open }).first()).to.deep.equal(before);
      const next = await putTask(db, await putProcess(db, 'person-requester'), 'department-leader', 1, openedAt);
      const { deadlines, due_at: dueAt, policy_version: used } = await db('task').where({ id: next }).first();
      expect(used).to.equal(version);
      expect(body.samples[0].deadlines).to.deep.equal(deadlines);
      expect(body.samples[0].dueAt).to.equal(dueAt.toISOString());

      const friday = new Date(body.samples[2].openedAt);
      expect(friday.toLocaleString('en-GB', { timeZone: 'Asia/Shanghai', weekday: 'long', hour: '2-digit', minute: '2-digit' })).to.equal('Friday 16:00');
      expect(friday.getTime()).to.be.above(Date.now());
      expect((await admin.post(`${path}/preview`, { policy: tried })).body.touches.openTasks).to.equal(2);
    });

    it('is warned of what is odd, beside the field, and not refused', async () => {
      const warned = async (change: object) => {
        const { status, body } = await admin.post('/admin/timeout-policies/supply-requisition/department-leader/preview', { policy: { ...policy, ...change } });
        expect(status).to.equal(200);
        for (const { message } of body.warnings) expect(message).to.match(/\p{Script=Han}/u).and.not.contain('{');
        return body.warnings.map(({ path }: { path: string }) => path);
      };
      expect(await warned({ remind: { after: 'P3D', every: 'P1D', times: 1 } })).to.deep.equal(['remind.after']);
      expect(await warned({ escalate: { after: 'P1D' } })).to.deep.equal(['escalate.after']);
      expect(await warned({ remind: null, expire: { after: 'P1D', outcome: 'rejected' } })).to.deep.equal(['due', 'escalate.after']);
      expect(await warned({ remind: { after: 'P1D', every: 'P1D', times: 9 }, expire: { after: 'P5D', outcome: 'rejected' } })).to.deep.equal(['remind.times']);
      const refused = await admin.post('/admin/timeout-policies/supply-requisition/hand-over/preview', { policy });
      expect([refused.status, refused.body.errors[0].path]).to.deep.equal([400, 'policy.expire']);
      const malformed = await admin.post('/admin/timeout-policies/supply-requisition/hand-over/preview', { policy: { ...policy, due: 'soon' } });
      expect([malformed.status, malformed.body.errors[0].path]).to.deep.equal([400, 'policy.due']);
    });

    it('is the only one who may', async () => {
      const before = await api.database.db('timeout_policy').count('* as n');
      expect((await requester.get('/admin/timeout-policies')).status).to.equal(403);
      expect((await requester.put('/admin/timeout-policies/supply-requisition/department-leader', policy)).status).to.equal(403);
      expect(await api.database.db('timeout_policy').count('* as n')).to.deep.equal(before);
      expect(await lastAudit()).to.include({ actor_id: 'person-requester', refused: true, code: 'forbidden' });
    });
  });

  describe('with the calendar', () => {
    const { version: _version, ...calendar } = defaultCalendar;

    it('finds the one of the first start', async () => {
      const { body } = await admin.get('/admin/calendar');
      expect(body).to.deep.include({ version: 1, calendar: defaultCalendar, changedBy: null });
    });

    it('publishes a new version; those published at once take turns', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) =>
        admin.put('/admin/calendar', { ...calendar, holidays: [...calendar.holidays, `2027-02-${10 + n}`] })));
      expect(answers.map(({ body }) => body.version).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 10 }, (_, n) => n + 2));
      const { body } = await admin.get('/admin/calendar');
      expect(body.version).to.equal(11);
      expect(body.calendar.version).to.equal(11);
      expect(await lastAudit()).to.include({ actor_kind: 'administrator', action: 'change-calendar' });
    });

    it('cannot publish one with which no deadline can be computed', async () => {
      const mondays = (...periods: [string, string][]) => ({ ...calendar, week: { 1: periods.map(([from, to]) => ({ from, to })) } });
      const everyDay = Array.from({ length: 800 }, (_, n) => new Date(Date.now() + (n - 5) * 86_400_000).toISOString().slice(0, 10));
      const cases: [object, string, RegExp, RegExp][] = [
        [{ ...calendar, timeZone: 'Asia/Atlantis' }, 'timeZone', /时区/, /time zone/],
        [{ ...calendar, week: {} }, 'week', /至少有一天/, /at least one day/],
        [mondays(['17:00', '08:00']), 'week.1.0.to', /晚于开始时间 17:00/, /later than the start at 17:00/],
        [mondays(['08:00', '12:00'], ['11:00', '17:00']), 'week.1.1.from', /不早于.*12:00/, /before the end of the period above, 12:00/],
        [{ ...calendar, week: { 1: [{ from: '8:00', to: '25:00' }] } }, 'week.1.0.from', /08:30/, /08:30/],
        [{ ...calendar, week: { 8: [] } }, 'week.8', /没有此字段/, /not a known field/],
        [{ ...calendar, holidays: ['2026-02-30'] }, 'holidays.0', /日期/, /a date/],
        [{ ...calendar, workdays: [calendar.holidays[0]] }, 'workdays.0', /2026-01-01 不能既是假日/, /2026-01-01: it is a holiday/],
        [{ ...calendar, holidays: everyDay, workdays: [] }, 'holidays', /400 天/, /400 days/],
      ];
      for (const [body, field, zh, en] of cases) {
        for (const [locale, words] of [['zh-CN', zh], ['en', en]] as const) {
          await admin.patch('/me', { locale });
          const answer = await admin.put('/admin/calendar', body);
          expect(answer.status, JSON.stringify(body)).to.equal(400);
          expect(answer.body.errors[0].path).to.equal(field);
          expect(answer.body.errors[0].message).to.match(words);
          expect(/\p{Script=Han}/u.test(answer.body.errors[0].message)).to.equal(locale === 'zh-CN');
        }
      }
      await admin.patch('/me', { locale: 'zh-CN' });
    });

    it('is refused a change of a version that is no longer in force', async () => {
      const { version } = (await admin.get('/admin/calendar')).body;
      expect((await admin.put(`/admin/calendar?basedOn=${version}`, calendar)).status).to.equal(200);
      const late = await admin.put(`/admin/calendar?basedOn=${version}`, calendar);
      expect([late.status, late.body.code, late.body.version]).to.deep.equal([409, 'version-moved', version + 1]);
    });
  });

  describe('and everybody, with their notices', () => {
    before(() => api.database.db('notice').insert(Array.from({ length: 25 }, (_, n) => [
      { key: `k${n}`, person_id: 'person-requester', kind: 'task-opened' }, { key: `k${n}`, person_id: 'person-admin', kind: 'task-opened' },
    ]).flat()));

    it('reads them page by page, newest first, each once', async () => {
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const { body } = await requester.get(`/notices?limit=10${cursor ? `&cursor=${cursor}` : ''}`);
        expect(body).to.include({ total: 25, unread: 25 });
        seen.push(...body.items.map(({ id }: { id: number }) => id));
        cursor = body.nextCursor;
      } while (cursor);
      expect(seen).to.deep.equal([...new Set(seen)].sort((a, b) => b - a)).and.to.have.length(25);
    });

    it('marks some as read, then all; nobody else’s', async () => {
      const [first, second] = (await requester.get('/notices')).body.items;
      const others = (await admin.get('/notices')).body.items[0];
      expect((await requester.post('/notices/read', { ids: [first.id, second.id, others.id] })).body).to.deep.equal({ unread: 23 });
      expect((await requester.get('/notices?unread=false')).body).to.include({ total: 2, unread: 23 });
      expect((await requester.post('/notices/read', {})).body).to.deep.equal({ unread: 0 });
      expect((await admin.get('/notices?unread=true')).body.total).to.equal(25);
    });
  });
});
