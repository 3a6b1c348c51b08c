import { expect } from 'chai';
import { encode } from 'uqr';
import { startApi, type TestApi } from '../test/api.ts';
import { pdfPages } from '../test/pdf-text.ts';
import type { Person } from '../test/person.ts';
import { putDecision, putItem, putProcess, putTask } from '../test/prepared.ts';

describe('A requisition on paper', function () {
  this.timeout(60_000);
  let api: TestApi;
  let requester: Person;
  let auditor: Person;
  let id: string;

  before(async () => {
    api = await startApi();
    const { db } = api.database;
    await putItem(db);
    requester = await api.as('paper-requester');
    auditor = await api.as('paper-auditor', ['auditor']);
    const leader = await api.addPerson('paper-leader');
    await db('department').where({ id: 'dept-test' }).update({ leader_id: leader });
    id = await putProcess(db, 'person-paper-requester');
    await putDecision(db, await putTask(db, id, 'department-leader'), leader, 'approved');
    await putTask(db, id, 'service-centre-director');
  });
  after(async () => {
    await api?.stop();
  });

  const pdf = async (person: Person, print?: number): Promise<{ status: number; pages: string[]; headers: Headers }> => {
    const answer = await fetch(`${api.url}/api/processes/${id}/paper.pdf${print === undefined ? '' : `?print=${print}`}`, { headers: { cookie: person.cookie } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, pages: answer.status === 200 ? pdfPages(bytes) : [], headers: answer.headers };
  };

  it('says what was asked, by whom, who approved, and who is next, with codes that hold the number alone', async () => {
    const { body } = await requester.get(`/processes/${id}/paper`);
    expect(body).to.include({ status: 'running', outcomeTitle: null, department: '测试部', departmentEn: 'Test department' });
    expect([body.title.zh, body.fields]).to.deep.equal(['物品领用申请单', [{ title: { zh: '用途', en: 'Purpose' }, value: { zh: '备用', en: '备用' } }]]);
    expect(body.supply.lines[0]).to.include({ name: '备用物品', unit: '个', requested: 1, approved: null, issued: null });
    expect(body.approvals.map(({ title, state, outcome }: any) => [title.zh, state, outcome?.zh ?? null])).to.deep.equal([
      ['部门领导审批', 'done', '同意'], ['综合服务中心主任审批', 'current', null], ['柜台发放', 'planned', null],
    ]);
    const { data } = encode(body.number, { ecc: 'Q', border: 0 });
    expect(body.qr.rows).to.deep.equal(data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')));
  });

  it('counts prints, once a click however often it is sent, and names the first on the others', async () => {
    const key = { 'idempotency-key': 'print-1' };
    const [one, again] = [await requester.post(`/processes/${id}/prints`, {}, key), await requester.post(`/processes/${id}/prints`, {}, key)];
    expect([one.status, one.body.n, again.status, again.body.n]).to.deep.equal([201, 1, 201, 1]);
    expect(one.body.first).to.deep.equal({ at: one.body.at, by: one.body.by });
    const two = await auditor.post(`/processes/${id}/prints`);
    expect(two.body).to.deep.include({ n: 2, first: one.body.first });
    expect(two.body.by.id).to.equal('person-paper-auditor');
    const { body } = await requester.get(`/processes/${id}`);
    expect(body.timeline.filter(({ action }: any) => action === 'process-printed').map(({ detail }: any) => detail.n)).to.deep.equal([1, 2]);
  });

  it('counts two clicks at once as two', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => requester.post(`/processes/${id}/prints`)));
    expect(answers.map(({ body }) => body.n).sort()).to.deep.equal([3, 4, 5, 6, 7]);
  });

  it('is a PDF that says which print it is: a preview without one, a reprint from the second on', async () => {
    const preview = await pdf(requester);
    expect(preview.headers.get('content-type')).to.equal('application/pdf');
    expect(preview.headers.get('content-disposition')).to.match(/^attachment; filename="?LY\d{6}-\d{4,}\.pdf"?$/);
    expect(preview.headers.get('cache-control')).to.contain('no-store');
    expect(preview.pages[0]).to.match(/预览件/).and.to.match(/未办结/);
    expect((await pdf(requester, 1)).pages[0]).to.match(/第 1 次打印/).and.not.to.match(/重印|预览/);
    expect((await pdf(requester, 3)).pages[0]).to.match(/重印 · 第 3 次打印/).and.to.match(/首次打印/);
  });

  it('gives nobody the print of another, nor one that was never counted', async () => {
    expect((await pdf(auditor, 2)).status).to.equal(200);
    expect((await pdf(auditor, 1)).status).to.equal(404);
    expect((await pdf(requester, 99)).status).to.equal(404);
    expect((await requester.get(`/processes/${id}/paper.pdf?print=0`)).status).to.equal(400);
  });

  it('keeps what was counted: no print can be changed or taken back', async () => {
    const { db } = api.database;
    const refused = await db('print').where({ process_id: id, n: 1 }).delete().then(() => 'deleted', (error: Error) => error.message);
    expect(refused).to.contain('cannot be changed');
  });

  it('expects each planned step by when it is due, one after the other', async () => {
    const { body } = await requester.get(`/processes/${id}`);
    const [task] = body.openTasks;
    const planned = body.steps.filter(({ state }: any) => state === 'planned');
    expect(planned.map(({ step }: any) => step)).to.deep.equal(['hand-over']);
    expect(Date.parse(planned[0].dueAt)).to.be.above(Date.parse(task.dueAt));
    expect(task).to.include({ policyVersion: 1, calendarVersion: 1, expireOutcome: null, mayReassign: false });
    expect(task.deadlines.map(({ kind }: any) => kind)).to.include.members(['remind', 'escalate']);
  });
});
