import { expect } from 'chai';
import fc from 'fast-check';
import { openAccounts } from '../test/accounts.ts';
import { eventually, type Person } from '../test/person.ts';
import { putItem, putProcess } from '../test/prepared.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, makeItem, openTask, process as processOf, request } from '../test/requisition.ts';
import { walk } from '../test/walk.ts';

const LEADER = 'department-leader';
const DIRECTOR = 'service-centre-director';
const COLLEAGUE = 'person-li-na';
const HOUR = 3_600_000;

describe('processes', function () {
  this.timeout(60_000);
  let product: Product;
  let item: string;
  let requester: Person;
  let colleague: Person;

  before(async () => {
    product = await startProduct();
    item = await makeItem(product, 1_000);
    requester = await product.as('requester');
    const [name] = await openAccounts(product.db, [COLLEAGUE]);
    colleague = await product.as(name!);
  });
  after(async () => {
    await product?.stop();
  });

  const form = (purpose = '日常办公') => ({ purpose, lines: [{ itemId: item, quantity: 2 }] });
  const requestOne = () => request(product, [{ itemId: item, quantity: 2 }]);
  const noticesOf = async (person: Person, processId: string): Promise<any[]> =>
    (await person.get('/notices?limit=100')).body.items.filter((notice: any) => notice.processId === processId);

  describe('starting', () => {
    it('answers the id and the human number, and shows the requester what is done, current and planned', async () => {
      const { status, body } = await requester.post('/processes', { type: 'supply-requisition', form: form() });
      expect(status).to.equal(201);
      expect(body.number).to.match(/^LY\d{6}-\d{4,}$/);
      expect(body).to.deep.include({
        type: 'supply-requisition', status: 'running', outcome: null, endedAt: null, requester: { id: 'person-wang-wei', name: '王薇' },
      });
      expect(body.title).to.match(/^测试物品 .* ×2$/);
      await decide(product, body.id, LEADER, 'leader', 'approved');
      await openTask(product, body.id, DIRECTOR);
      const found = (await requester.get(`/processes/${body.id}`)).body;
      expect(found.steps.map(({ step, state }: any) => [step, state])).to.eql([
        [LEADER, 'done'], [DIRECTOR, 'current'], ['hand-over', 'planned'],
      ]);
      expect(found.steps[0]).to.deep.include({
        outcome: 'approved', actorKind: 'person', decidedBy: { id: 'person-chen-jianhua', name: '陈建华' },
      });
      expect(found).to.deep.include({ form: form(), formVersion: 1, withdrawable: true, arranging: false });
      expect(found.labels[item]).to.be.a('string');
      expect(found.openTasks[0]).to.deep.include({ step: DIRECTOR, assignee: null, candidates: [`role:${DIRECTOR}`], mayDecide: false });
      expect(found.timeline.map(({ action, actorKind }: any) => [action, actorKind])).to.eql([
        ['process-started', 'person'], ['task-opened', 'system'], ['task-decided', 'person'], ['task-opened', 'system'],
      ]);
    });

    it('refuses an unknown type, an unknown or inactive item and an empty form, naming the field', async () => {
      const gone = await makeItem(product, 1);
      await (await product.as('storekeeper')).patch(`/supply/items/${gone}`, { active: false });
      for (const [body, path] of [
        [{ type: 'no-such-type', form: form() }, 'type'],
        [{ type: 'toString', form: form() }, 'type'],
        [{ type: 'supply-requisition', form: {} }, 'form.purpose'],
        [{ type: 'supply-requisition', form: { purpose: '好', lines: [] } }, 'form.lines'],
        [{ type: 'supply-requisition', form: { purpose: '好', lines: [{ itemId: item, quantity: 0 }] } }, 'form.lines.0.quantity'],
        [{ type: 'supply-requisition', form: { purpose: '好', lines: [{ itemId: 'item-none', quantity: 1 }] } }, 'form.lines.0.itemId'],
        [{ type: 'supply-requisition', form: { purpose: '好', lines: [{ itemId: gone, quantity: 1 }] } }, 'form.lines.0.itemId'],
        [{ type: 'supply-requisition', form: { purpose: '好', lines: [1, 2].map((quantity) => ({ itemId: item, quantity })) } }, 'form.lines.1.itemId'],
        [{ type: 'supply-requisition', form: form(), cc: ['nobody-at-all'] }, 'cc.0'],
        [{ type: 'supply-requisition', form: form(), priority: 1 }, 'priority'],
      ] as const) {
        const answer = await requester.post('/processes', body);
        expect([answer.status, answer.body.errors?.[0].path], JSON.stringify(body)).to.eql([400, path]);
      }
    });

    it('keeps title and form as they were sent, whatever happens to the item later', async () => {
      const other = await makeItem(product, 1);
      const id = await request(product, [{ itemId: other, quantity: 1 }]);
      const before = (await requester.get(`/processes/${id}`)).body;
      await (await product.as('storekeeper')).patch(`/supply/items/${other}`, { name: '改了名的物品', active: false });
      const { title, form: kept, labels } = (await requester.get(`/processes/${id}`)).body;
      expect([title, kept]).to.eql([before.title, before.form]);
      expect(labels[other]).to.contain('改了名的物品');
    });

    it('answers while the worker is away: what was clicked stands, and the next step follows when it is back', async () => {
      const before = await requestOne();
      const task = await openTask(product, before, LEADER);
      await product.stopWorker();
      try {
        const started = await requester.post('/processes', { type: 'supply-requisition', form: form() });
        expect(started.status).to.equal(201);
        const decided = await (await product.as('leader')).post(`/tasks/${task}/decision`, { outcome: 'approved' });
        expect(decided.status).to.equal(200);
        for (const id of [before, started.body.id]) {
          const { body } = await requester.get(`/processes/${id}`);
          expect(body, id).to.deep.include({ status: 'running', arranging: true, openTasks: [] });
        }
        // A withdrawal needs no worker either; the process has ended when it is answered.
        expect((await requester.post(`/processes/${started.body.id}/withdraw`, { reason: '填错了' })).body.outcome).to.equal('withdrawn');
        expect((await requester.get(`/processes/${started.body.id}`)).body).to.deep.include({ status: 'ended', arranging: false });
      } finally {
        await product.startWorker();
      }
      await openTask(product, before, DIRECTOR);
    });
  });

  describe('withdrawal (撤回)', () => {
    it('closes the open task at once, tells whoever holds it, and is refused afterwards with the end that stands', async () => {
      const id = await requestOne();
      const task = await openTask(product, id, LEADER);
      const leader = await product.as('leader');
      await leader.post(`/tasks/${task}/claim`);
      expect((await requester.post(`/processes/${id}/withdraw`, { reason: '  ' })).body.errors[0].path).to.equal('reason');
      const { status, body } = await requester.post(`/processes/${id}/withdraw`, { reason: '已不需要' });
      expect([status, body.status, body.outcome]).to.eql([200, 'ended', 'withdrawn']);
      expect(body.outcomeTitle).to.eql({ zh: '已撤回', en: 'Withdrawn' });
      const late = await leader.post(`/tasks/${task}/decision`, { outcome: 'approved' });
      expect([late.status, late.body.code]).to.eql([409, 'task-closed']);
      expect(late.body.detail).to.contain(body.number);
      expect((await noticesOf(leader, id)).map(({ kind }) => kind)).to.eql(['process-withdrawn']);
      const again = await requester.post(`/processes/${id}/withdraw`, { reason: '再撤一次' });
      expect(again.status).to.equal(409);
      expect(again.body).to.include({ code: 'process-ended', outcome: 'withdrawn', endedAt: body.endedAt });
      const { timeline } = await processOf(product, id);
      expect(timeline.find(({ action }: any) => action === 'process-withdrawn')).to.include({ actorKind: 'person', text: '已不需要' });
      const { status: end } = await eventually('the workflow’s end', async () => {
        const found = await product.temporal.client.workflow.getHandle(id).describe();
        return found.status.name !== 'RUNNING' && found;
      });
      expect(end.name).to.equal('COMPLETED');
    });
  });

  describe('urging (催办)', () => {
    it('reminds the holders once in four hours, and says when it may be again', async () => {
      const id = await requestOne();
      const task = await openTask(product, id, LEADER);
      const leader = await product.as('leader');
      const first = await requester.post(`/processes/${id}/remind`);
      expect([first.status, first.body]).to.eql([200, { reminded: 1 }]);
      const [notice] = await noticesOf(leader, id);
      expect(notice).to.include({ kind: 'task-urged', taskId: task });
      expect((await leader.get(`/tasks/${task}`)).body.urged).to.equal(true);

      const second = await requester.post(`/processes/${id}/remind`);
      expect([second.status, second.body.code]).to.eql([429, 'urged-already']);
      expect(Number(second.headers.get('retry-after'))).to.be.within(4 * 3_600 - 60, 4 * 3_600);
      expect(Date.parse(second.body.again) - Date.now()).to.be.within(4 * HOUR - 60_000, 4 * HOUR);
      expect(second.body.detail).to.match(/\d{1,2}\/\d{1,2} \d\d:\d\d/);
      expect(await noticesOf(leader, id)).to.have.length(1);

      await product.db('process').where({ id }).update({ urged_at: new Date(Date.now() - 4 * HOUR - 1_000) });
      expect((await requester.post(`/processes/${id}/remind`)).status).to.equal(200);
      expect(await noticesOf(leader, id)).to.have.length(2);
    });

    it('is accepted once of ten at the same moment', async () => {
      const id = await requestOne();
      await openTask(product, id, LEADER);
      const answers = await Promise.all(Array.from({ length: 10 }, () => requester.post(`/processes/${id}/remind`)));
      expect(answers.map(({ status }) => status).sort()).to.eql([200, ...Array<number>(9).fill(429)]);
      expect((await noticesOf(await product.as('leader'), id)).filter(({ kind }) => kind === 'task-urged')).to.have.length(1);
    });

    it('reaches the one who claimed the task, and nobody else; is the requester’s alone; ends with the process', async () => {
      const id = await requestOne();
      await decide(product, id, LEADER, 'leader', 'approved');
      const task = await openTask(product, id, DIRECTOR);
      await product.db('person_role').insert({ person_id: COLLEAGUE, role_id: DIRECTOR });
      try {
        expect((await colleague.post(`/tasks/${task}/claim`)).status).to.equal(200);
        expect((await requester.post(`/processes/${id}/remind`)).body).to.eql({ reminded: 1 });
        expect(await noticesOf(colleague, id)).to.have.length(1);
        expect(await noticesOf(await product.as('director'), id)).to.have.length(0);
        const other = await colleague.post(`/processes/${id}/remind`);
        expect([other.status, other.body.code]).to.eql([403, 'requester-only']);
        await colleague.post(`/tasks/${task}/decision`, { outcome: 'rejected', comment: '不予领用' });
        await ended(product, id);
        const late = await requester.post(`/processes/${id}/remind`);
        expect([late.status, late.body.code, late.body.outcome]).to.eql([409, 'process-ended', 'rejected']);
      } finally {
        await product.db('person_role').where({ person_id: COLLEAGUE, role_id: DIRECTOR }).delete();
      }
    });
  });

  describe('comments, copies and notices', () => {
    it('comments stand in the timeline in order, with their authors, and Temporal never sees them', async () => {
      const id = await requestOne();
      await openTask(product, id, LEADER);
      expect((await requester.post(`/processes/${id}/comments`, { text: '请尽快，谢谢' })).status).to.equal(201);
      expect((await (await product.as('leader')).post(`/processes/${id}/comments`, { text: '已收到' })).status).to.equal(201);
      const { timeline } = (await requester.get(`/processes/${id}`)).body;
      expect(timeline.filter(({ action }: any) => action === 'commented').map(({ actor, text }: any) => [actor.name, text])).to.eql([
        ['王薇', '请尽快，谢谢'], ['陈建华', '已收到'],
      ]);
      expect(await product.temporal.history(id)).to.not.contain(Buffer.from('请尽快').toString('base64').slice(0, 10));
    });

    it('a copy (抄送) lets its reader see the process and nothing more, with one notice however often it is sent', async () => {
      const id = await request(product, [{ itemId: item, quantity: 1 }], { cc: [colleague.username, COLLEAGUE] });
      const { body } = await colleague.get('/tasks?view=copied&limit=1');
      expect(body.items[0]).to.include({ id: null, processId: id, state: 'copied', copiedBy: '王薇', step: null });
      expect((await colleague.get(`/processes/${id}`)).body.id).to.equal(id);
      expect((await noticesOf(colleague, id)).map(({ kind }) => kind)).to.eql(['process-copied']);
      const task = await openTask(product, id, LEADER);
      expect((await colleague.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(403);
      await decide(product, id, LEADER, 'leader', 'approved', { cc: [COLLEAGUE, 'requester2'] });
      expect(await noticesOf(colleague, id)).to.have.length(1);
      const requester2 = await product.as('requester2');
      expect((await noticesOf(requester2, id)).map(({ kind }) => kind)).to.eql(['process-copied']);
      const copied = await requester2.get('/tasks?view=copied&limit=1');
      expect(copied.body.items[0]).to.include({ processId: id, copiedBy: '陈建华' });
    });

    it('notices come newest first, page by page, and are read one by one or all at once', async () => {
      const ids = [await requestOne(), await requestOne(), await requestOne()];
      for (const id of ids) {
        await decide(product, id, LEADER, 'leader', 'rejected', { comment: '不予领用' });
        await ended(product, id);
      }
      expect((await requester.post('/notices/read')).body).to.eql({ unread: 0 });
      const before = (await requester.get('/notices')).body.total;
      await decide(product, await requestOne(), LEADER, 'leader', 'approved');
      const id = await requestOne();
      await decide(product, id, LEADER, 'leader', 'rejected', { comment: '不予领用' });
      await ended(product, id);
      const { body } = await requester.get('/notices?unread=true');
      expect(body).to.include({ total: 1, unread: 1 });
      expect(body.items[0]).to.deep.include({ kind: 'process-ended', processId: id, detail: { outcome: 'rejected' }, readAt: null });
      const { rows, totals } = await walk(requester, '/notices?limit=2');
      expect(new Set(totals)).to.eql(new Set([before + 1]));
      expect(rows.map((row) => row.id)).to.eql(rows.map((row) => row.id).toSorted((a, b) => b - a));
      expect(new Set(rows.map((row) => row.id)).size).to.equal(before + 1);
      expect((await requester.post('/notices/read', { ids: [body.items[0].id] })).body).to.eql({ unread: 0 });
      expect((await requester.get('/notices?unread=true')).body.items).to.eql([]);
    });
  });

  describe('for the auditor', () => {
    it('shows every event, refused attempts too, and the raw history; nobody else sees either', async () => {
      const id = await requestOne();
      const task = await openTask(product, id, LEADER);
      expect((await requester.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(403);
      await decide(product, id, LEADER, 'leader', 'rejected', { comment: '不予领用' });
      await ended(product, id);
      const auditor = await product.as('auditor');
      const { items } = (await auditor.get(`/audit/processes/${id}/events`)).body;
      expect(items.map(({ action, actorKind, refused, code }: any) => [action, actorKind, refused, code])).to.eql([
        ['process-started', 'person', false, null],
        ['task-opened', 'system', false, null],
        ['POST /tasks/:id/decision', 'person', true, 'separation-of-duties'],
        ['task-decided', 'person', false, null],
        ['process-ended', 'system', false, null],
      ]);
      expect(items[2].actor).to.eql({ id: 'person-wang-wei', name: '王薇' });
      expect((await requester.get(`/processes/${id}`)).body.timeline).to.have.length(4);

      const history = await auditor.get(`/audit/processes/${id}/history`);
      expect(history.status).to.equal(200);
      expect(history.headers.get('content-disposition')).to.match(/filename="?LY.*\.json/);
      expect(history.body.events[0].workflowExecutionStartedEventAttributes.workflowType.name).to.equal('supplyRequisition');
      const read = await product.db('audit_event').where({ process_id: id, action: 'history-read' });
      expect(read).to.have.length(1);
      for (const path of ['events', 'history']) {
        for (const username of ['requester', 'leader', 'director', 'storekeeper']) {
          expect((await (await product.as(username)).get(`/audit/processes/${id}/${path}`)).status, `${username} ${path}`).to.equal(403);
        }
      }
    });
  });

  describe('lists', () => {
    it('have, for every filter, exactly the processes and the total that the table says, the latest first, none twice', async () => {
      const { db } = product;
      await putItem(db);
      const titles = ['100% 棉', '100 棉', 'A_4 纸', 'AB4 纸', '反斜 \\ 杠'];
      const people = ['person-wang-wei', 'person-zhao-lei', COLLEAGUE];
      const start = Math.floor(Date.now() / HOUR) * HOUR;
      for (let i = 0; i < 60; i += 1) {
        const id = await putProcess(db, people[i % 3]!, titles[i % 5]!);
        const end = i % 4 === 0 ? { status: 'ended', outcome: i % 8 ? 'rejected' : 'withdrawn', ended_at: new Date() } : {};
        await db('process').where({ id }).update({ started_at: new Date(start - (i % 6) * HOUR), ...end });
      }
      const rows: any[] = await db('process').join('person', 'person.id', 'process.requester_id')
        .select('process.*', 'person.name as requester_name', db.raw('extract(epoch from process.started_at)::text AS at'));
      const viewers = [['requester', 'person-wang-wei'], ['requester2', 'person-zhao-lei'], ['admin', undefined], ['auditor', undefined]] as const;
      await fc.assert(fc.asyncProperty(
        fc.constantFrom(...viewers),
        fc.record({
          view: fc.constantFrom('mine', 'all'),
          status: fc.constantFrom(undefined, 'running', 'ended'),
          outcome: fc.constantFrom(undefined, undefined, 'rejected', 'withdrawn'),
          type: fc.constantFrom(undefined, 'supply-requisition', 'no-such-type'),
          q: fc.constantFrom(undefined, undefined, '%', '_', '100%', 'a_4', '\\', '赵磊', 'ly'),
        }),
        fc.integer({ min: 3, max: 40 }),
        async ([username, own], { view, status, outcome, type, q }, limit) => {
          const mine = view === 'all' && own === undefined ? rows : rows.filter((row) => row.requester_id === own);
          const expected = mine.filter((row) => (!status || row.status === status) && (!outcome || row.outcome === outcome) && (!type || row.type === type)
            && (!q || [row.title, row.number, row.requester_name].some((text) => text.toLowerCase().includes(q.toLowerCase()))))
            .sort((a, b) => Number(b.at) - Number(a.at) || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
          const query = new URLSearchParams(Object.entries({ view, status, outcome, type, q, limit: String(limit) })
            .filter((entry): entry is [string, string] => entry[1] !== undefined));
          const { rows: found, totals } = await walk(await product.as(username), `/processes?${query}`);
          expect(found.map(({ id }) => id)).to.eql(expected);
          expect(new Set(totals)).to.eql(new Set([expected.length]));
        },
      ), { numRuns: 100 });
    });

    it('name the process types with their forms and steps', async () => {
      const { items } = (await requester.get('/process-types')).body;
      const type = items.find((each: any) => each.type === 'supply-requisition');
      expect(type.title).to.eql({ zh: '办公物品领用', en: 'Supply requisition' });
      expect(type.steps.map(({ step }: any) => step)).to.eql([LEADER, DIRECTOR, 'hand-over']);
      expect(type.formSchema.properties.lines.items.required).to.eql(['itemId', 'quantity']);
      expect(type.formSchema.properties.purpose['x-title']).to.eql({ zh: '用途', en: 'Purpose' });
    });

    it('find active colleagues by name or user name, taking % and _ for what they are', async () => {
      const find = async (q: string) => (await requester.get(`/people?${new URLSearchParams({ q })}`)).body.items;
      expect(await find('周慧敏')).to.eql([{ id: 'person-zhou-huimin', name: '周慧敏', title: '主任', department: '综合服务中心', departmentEn: 'Service Centre' }]);
      expect((await find('storekeeper')).map(({ name }: any) => name)).to.eql(['杨光']);
      for (const q of ['%', '_', '\\']) expect(await find(q), q).to.eql([]);
      await product.db('person').where({ id: 'person-lei-ting' }).update({ active: false });
      expect(await find('雷婷')).to.eql([]);
      expect(JSON.stringify(await find(''))).to.not.contain('1540000');
    });
  });
});
