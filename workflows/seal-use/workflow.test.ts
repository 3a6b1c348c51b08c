import { expect } from 'chai';
import { uploadPhoto } from '../../test/photos.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { decide, ended, openTask, process } from '../../test/requisition.ts';

const form = {
  document: '办公楼保洁服务合同', kind: 'contract', seal: 'contract', copies: 4, reason: '与中标单位签订年度合同', neededOn: '2026-12-01',
};

describe('seal use', function () {
  this.timeout(60_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });

  async function ask(more: object = {}): Promise<string> {
    const answer = await (await product.as('requester')).post('/processes', { type: 'seal-use', form: { ...form, ...more } });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  }

  it('goes from the request over the leader to the seal, at most as many copies as were approved', async () => {
    const id = await ask();
    expect((await process(product, id)).title).to.equal('办公楼保洁服务合同（合同章 ×4）');
    await decide(product, id, 'department-leader', 'leader', 'approved');
    const task = await openTask(product, id, 'stamp');
    const notices = (await (await product.as('requester')).get('/notices?limit=100')).body.items;
    expect(notices.some(({ kind, taskId }: any) => kind === 'ready-to-stamp' && taskId === task)).to.equal(true);
    const keeper = await product.as('sealkeeper');
    for (const [copies, path] of [[5, 'data.copies'], [0, 'data.copies'], [1.5, 'data.copies']] as const) {
      const refused = await keeper.post(`/tasks/${task}/decision`, { outcome: 'stamped', data: { copies } });
      expect([refused.status, refused.body.errors[0].path]).to.eql([400, path]);
    }
    await decide(product, id, 'stamp', 'sealkeeper', 'stamped', { data: { copies: 3 }, comment: '一份留存' });
    const found = await ended(product, id);
    expect(found.outcome).to.equal('stamped');
    expect(found.steps.map(({ step, data }: any) => [step, data])).to.eql([['department-leader', null], ['stamp', { copies: 3 }]]);
  });

  it('keeps photos of the stamped paper, which whoever sees the case sees, and tells Temporal nothing of them', async () => {
    const id = await ask();
    await decide(product, id, 'department-leader', 'leader', 'approved');
    const keeper = await product.as('sealkeeper');
    const photos = [await uploadPhoto(keeper), await uploadPhoto(keeper)];
    const four = await keeper.post(`/tasks/${await openTask(product, id, 'stamp')}/decision`, {
      outcome: 'stamped', data: { copies: 4, photos: [...photos, await uploadPhoto(keeper), await uploadPhoto(keeper)] },
    });
    expect([four.status, four.body.errors[0].path]).to.eql([400, 'data.photos']);
    await decide(product, id, 'stamp', 'sealkeeper', 'stamped', { data: { copies: 4, photos } });
    const found = await ended(product, id);
    expect(found.steps.at(-1).data).to.eql({ copies: 4, photos });
    for (const [who, status] of [['requester', 200], ['leader', 200], ['auditor', 200], ['requester2', 404]] as const) {
      expect((await (await product.as(who)).get(`/files/${photos[0]}/thumbnail`)).status, who).to.equal(status);
    }
    expect(await product.temporal.history(id)).to.not.include(photos[0]!);
    const { body } = await (await product.as('requester')).get(`/processes/${id}/paper`);
    expect(body.approvals.at(-1).data).to.deep.include({ title: { zh: '盖章后照片', en: 'Photos of the stamped paper' }, value: { zh: '2 张照片', en: '2 photos' } });
  });

  it('stamps every copy when the keeper says nothing else, many requests at once', async () => {
    const ids = await Promise.all([ask(), ask({ copies: 1 })]);
    for (const id of ids) await decide(product, id, 'department-leader', 'leader', 'approved');
    const tasks = await Promise.all(ids.map((id) => openTask(product, id, 'stamp')));
    const { body } = await (await product.as('sealkeeper')).post('/tasks/decisions', { ids: tasks, outcome: 'stamped' });
    expect(body.decided).to.equal(2);
    for (const id of ids) expect((await ended(product, id)).outcome).to.equal('stamped');
  });

  it('ends rejected by the leader or by the keeper, with the reason', async () => {
    const early = await ask();
    await decide(product, early, 'department-leader', 'leader', 'rejected', { comment: '合同尚未会签' });
    expect((await ended(product, early)).outcome).to.equal('rejected');
    const late = await ask();
    await decide(product, late, 'department-leader', 'leader', 'approved');
    const task = await openTask(product, late, 'stamp');
    const silent = await (await product.as('sealkeeper')).post(`/tasks/${task}/decision`, { outcome: 'rejected' });
    expect([silent.status, silent.body.errors[0].path]).to.eql([400, 'comment']);
    await decide(product, late, 'stamp', 'sealkeeper', 'rejected', { comment: '文件与申请不符' });
    expect((await ended(product, late)).outcome).to.equal('rejected');
  });

  it('is returned by the keeper, revised, approved anew and then bounded by the new number of copies', async () => {
    const id = await ask();
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'stamp', 'sealkeeper', 'returned', { comment: '份数与合同约定不符' });
    expect((await process(product, id, 'requester')).withdrawable).to.equal(true);
    await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form: { ...form, copies: 2 } } });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    const task = await openTask(product, id, 'stamp');
    const { body } = await (await product.as('sealkeeper')).get(`/tasks/${task}`);
    expect(body.bounds.most).to.eql({ copies: 2 });
    await decide(product, id, 'stamp', 'sealkeeper', 'stamped');
    expect((await ended(product, id)).outcome).to.equal('stamped');
  });

  it('is withdrawn at each point before the seal, and never after it', async () => {
    const requester = await product.as('requester');
    const withdraw = (id: string) => requester.post(`/processes/${id}/withdraw`, { reason: '暂不签订' });
    const early = await ask();
    expect((await withdraw(early)).status).to.equal(200);
    const waiting = await ask();
    await decide(product, waiting, 'department-leader', 'leader', 'approved');
    await openTask(product, waiting, 'stamp');
    expect((await withdraw(waiting)).status).to.equal(200);
    for (const id of [early, waiting]) expect((await ended(product, id)).outcome).to.equal('withdrawn');

    const sealed = await ask();
    await decide(product, sealed, 'department-leader', 'leader', 'approved');
    await openTask(product, sealed, 'stamp');
    await product.stopWorker();
    // Decided, and the workflow does not know it yet: the paper has its seal.
    await decide(product, sealed, 'stamp', 'sealkeeper', 'stamped');
    expect((await withdraw(sealed)).status).to.equal(409);
    await product.startWorker();
    expect((await ended(product, sealed)).outcome).to.equal('stamped');
  });

  it('expires when nobody brings the document', async () => {
    const admin = await product.as('admin');
    const path = '/admin/timeout-policies/seal-use/stamp';
    const hurried = { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'PT1S', outcome: 'expired' } };
    expect((await admin.put(path, { ...hurried, expire: { after: 'PT1S', outcome: 'stamped' } })).status).to.equal(400);
    expect((await admin.put(path, hurried)).status).to.equal(200);
    const id = await ask();
    await decide(product, id, 'department-leader', 'leader', 'approved');
    expect((await ended(product, id)).outcome).to.equal('expired');
  });

  it('asks for both when the seal is taken outside, and refuses what is no date', async () => {
    const requester = await product.as('requester');
    for (const [more, field] of [
      [{ outside: { destination: '市建委' } }, 'form.outside.returnOn'], [{ neededOn: '下周一' }, 'form.neededOn'], [{ seal: 'other' }, 'form.seal'],
      [{ copies: 100 }, 'form.copies'], [{ document: ' ' }, 'form.document'],
    ] as const) {
      const { status, body } = await requester.post('/processes', { type: 'seal-use', form: { ...form, ...more } });
      expect([status, body.errors[0].path]).to.eql([400, field]);
    }
    const id = await ask({ outside: { destination: '市建委', returnOn: '2026-12-02' } });
    await openTask(product, id, 'department-leader');
    const { events } = JSON.parse((await product.temporal.history(id))!);
    const input = Buffer.from(events[0].workflowExecutionStartedEventAttributes.input.payloads[0].data, 'base64').toString();
    expect(JSON.parse(input).facts).to.eql({ copies: 4 });
    const { body } = await requester.get(`/processes/${id}/paper`);
    expect(body.title.zh).to.equal('用印申请单');
    expect(body.fields.at(-1).value).to.eql({ zh: '带往何处 市建委，归还日期 2026-12-02', en: 'Taken to 市建委, Back on 2026-12-02' });
  });
});
