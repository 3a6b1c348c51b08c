import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { createProjection } from '../activities/projection.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { type Answer, type Person } from '../test/person.ts';
import { phonePhoto, uploadPhoto } from '../test/photos.ts';
import { processTypes } from '../workflows/contracts.ts';
import { approvalStep, reviseStep, type ProcessContract } from '../workflows/lib/contract.ts';
import { photos, titled, type ProcessType } from '../workflows/lib/form.ts';

const TYPE = 'photo-test';
const contract = {
  type: TYPE, title: { zh: '照片', en: 'Photos' }, category: { zh: '测试', en: 'Test' }, about: { zh: '测试', en: 'Test' }, numberPrefix: 'ZP',
  path: ['look'], facts: [], roles: { 'seal-keeper': { zh: '印章管理员', en: 'Seal keeper' } },
  steps: { look: approvalStep({ zh: '查看', en: 'Look' }, ['role:seal-keeper']), revise: reviseStep([]) },
  outcomes: { approved: { title: { zh: '同意', en: 'Approved' }, fulfilled: true } },
  paper: { title: { zh: '照片', en: 'Photos' }, signs: [] },
} satisfies ProcessContract;

/** A process whose form has photos: beside other fields, and in each of its lines. */
const type: ProcessType = {
  contract,
  workflow: 'none',
  form: z.strictObject({
    pictures: titled(photos(3).optional(), '照片', 'Photos'),
    places: titled(z.array(z.strictObject({ name: titled(z.string(), '地点', 'Place'), shots: titled(photos(2), '照片', 'Photos') })).optional(), '地点', 'Places'),
  }),
  decisions: { look: { approved: z.strictObject({ proof: titled(photos(3, 1), '凭证', 'Proof') }) } },
  references: {},
  title: () => '照片',
};

describe('photos in a form', function () {
  this.timeout(60_000);
  let api: TestApi;
  let requester: Person;
  let keeper: Person;
  let stranger: Person;
  let colour = 0;

  before(async () => {
    (processTypes as Record<string, ProcessType>)[TYPE] = type;
    api = await startApi();
    requester = await api.as('asker');
    keeper = await api.as('keeper', ['seal-keeper']);
    stranger = await api.as('stranger');
  });
  after(async () => {
    delete (processTypes as Record<string, ProcessType>)[TYPE];
    await api?.stop();
  });

  const photo = async (person: Person): Promise<string> => {
    colour += 1;
    return uploadPhoto(person, await phonePhoto(32, 24, `#0000${colour.toString(16).padStart(2, '0')}`));
  };
  const start = (form: object): Promise<Answer> => requester.post('/processes', { type: TYPE, form });
  const started = async (form: object = {}): Promise<string> => {
    const answer = await start(form);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body.id;
  };
  const processOf = async (id: string): Promise<string | null> => (await api.database.db('file').where({ id }).first()).process_id;
  const status = async (person: Person, id: string): Promise<number> => (await person.get(`/files/${id}`)).status;

  async function open(processId: string, step: 'look' | 'revise'): Promise<string> {
    const taskId = `${processId}.${step}.1`;
    const { outcomes, candidates, byRequester = false } = (contract.steps as ProcessContract['steps'])[step]!;
    await createProjection({ db: api.database.db }).openTask({
      taskId, processId, type: TYPE, step, n: 1, outcomes: Object.keys(outcomes), candidates: [...candidates], byRequester, afterEnd: false,
      bounds: { toStep: ['revise'] }, context: {}, endsWithdrawal: false, expireAt: null, tellRequester: null, openedAt: new Date().toISOString(),
    });
    return taskId;
  }
  const decide = (person: Person, taskId: string, body: object, key?: string): Promise<Answer> =>
    person.post(`/tasks/${taskId}/decision`, body, key === undefined ? {} : { 'idempotency-key': key });
  const refused = ({ status: code, body }: Answer): [number, string[]] => [code, [...new Set<string>((body.errors ?? []).map(({ path }: { path: string }) => path))]];

  it('become the process’s when it starts, wherever in the form they stand; then its readers see them', async () => {
    const [one, two] = [await photo(requester), await photo(requester)];
    const id = await started({ pictures: [one], places: [{ name: '门', shots: [] }, { name: '窗', shots: [two] }] });
    expect([await processOf(one), await processOf(two)]).to.deep.equal([id, id]);
    expect([await status(requester, one), await status(keeper, one), await status(stranger, one)]).to.deep.equal([200, 404, 404]);
    await open(id, 'look');
    expect([await status(keeper, one), await status(keeper, two), await status(stranger, two)]).to.deep.equal([200, 200, 404]);
    const events = await api.database.db('audit_event').where({ process_id: id, action: 'files-attached' });
    expect(events.map(({ actor_id: by, detail }) => [by, detail])).to.deep.equal([['person-asker', { n: 2, files: [one, two] }]]);
    const { body } = await requester.get(`/processes/${id}`);
    expect(body.form.pictures).to.deep.equal([one]);
    expect(body.timeline.map(({ action }: { action: string }) => action)).to.deep.equal(['process-started', 'task-opened']);
    // Nothing of them goes to Temporal.
    const payloads = JSON.stringify(await api.database.db('outbox').where({ process_id: id }));
    expect(payloads).to.not.include(one).and.to.not.include(two);
  });

  it('are refused, each by its place, when they are another’s, used, unknown, twice there or no ids; then nothing starts', async () => {
    const { db } = api.database;
    const used = await photo(requester);
    await started({ pictures: [used] });
    const [foreign, own] = [await photo(stranger), await photo(requester)];
    const before = await db('process').count('* as n').first();
    for (const [form, paths] of [
      [{ pictures: [own, foreign] }, ['form.pictures.1']], [{ pictures: [used] }, ['form.pictures.0']], [{ pictures: [randomUUID()] }, ['form.pictures.0']],
      [{ pictures: [own, own] }, ['form.pictures.1']], [{ pictures: [own], places: [{ name: '门', shots: [own, foreign] }] }, ['form.places.0.shots.0', 'form.places.0.shots.1']],
      [{ pictures: ['../../etc/passwd'] }, ['form.pictures.0']], [{ pictures: [own.toUpperCase()] }, ['form.pictures.0']], [{ pictures: [own, 1] }, ['form.pictures.1']],
      [{ pictures: own }, ['form.pictures']], [{ pictures: [own, own, own, own] }, ['form.pictures']],
    ] as const) {
      const answer = await start(form);
      expect(refused(answer), JSON.stringify(form)).to.deep.equal([400, paths]);
    }
    expect(await db('process').count('* as n').first()).to.deep.equal(before);
    expect([await processOf(own), await processOf(foreign)]).to.deep.equal([null, null]);
    const [unknown, others] = [await start({ pictures: [randomUUID()] }), await start({ pictures: [foreign] })];
    expect(unknown.body.errors, 'no hint whether it exists').to.deep.equal(others.body.errors);
    expect(unknown.body.errors[0].message).to.match(/移除后重新上传/);
  });

  it('are attached by a decision, at once with it, and the same key decides once', async () => {
    const taskId = await open(await started(), 'look');
    const proof = [await photo(keeper), await photo(keeper)];
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => decide(keeper, taskId, { outcome: 'approved', data: { proof } }, key)));
    for (const { status: code, body } of answers) expect([code, body]).to.deep.equal([200, answers[0]!.body]);
    const later = await decide(keeper, taskId, { outcome: 'approved', data: { proof } }, key);
    expect([later.status, later.headers.get('idempotency-replayed')]).to.deep.equal([200, 'true']);
    const { db } = api.database;
    expect(await db('audit_event').where({ task_id: taskId, action: 'files-attached' })).to.have.length(1);
    expect(await db('outbox').where({ name: 'decide' }).whereRaw("payload->>'taskId' = ?", [taskId])).to.have.length(1);
    expect(await status(requester, proof[0]!)).to.equal(200);
    const { body: task } = await keeper.get(`/tasks/${taskId}`);
    expect([task.state, task.data]).to.deep.equal(['decided', { proof }]);
    // Decided already: what is asked anew is answered so, and its photo stays free.
    const more = await photo(keeper);
    expect((await decide(keeper, taskId, { outcome: 'approved', data: { proof: [more] } })).status).to.equal(409);
    expect(await processOf(more)).to.equal(null);
  });

  it('of somebody else decide nothing, and stay whose they are', async () => {
    const id = await started();
    const taskId = await open(id, 'look');
    for (const proof of [[await photo(requester)], [await photo(stranger)], [await photo(keeper), randomUUID()]]) {
      expect(refused(await decide(keeper, taskId, { outcome: 'approved', data: { proof } }))).to.deep.equal([400, [`data.proof.${proof.length - 1}`]]);
      expect(await processOf(proof[0]!)).to.equal(null);
    }
    expect(refused(await decide(keeper, taskId, { outcome: 'approved', data: { proof: [] } }))).to.deep.equal([400, ['data.proof']]);
    const task = await api.database.db('task').where({ id: taskId }).first();
    expect([task.state, await api.database.db('outbox').where({ process_id: id, name: 'decide' })]).to.deep.equal(['open', []]);
    expect((await decide(keeper, taskId, { outcome: 'approved', data: { proof: [await photo(keeper)] } })).status).to.equal(200);
  });

  it('are one task’s only, when two want the same at the same moment', async () => {
    for (let n = 0; n < 10; n += 1) {
      const tasks = await Promise.all([1, 2, 3].map(async () => open(await started(), 'look')));
      const [one, two] = [await photo(keeper), await photo(keeper)];
      const answers = await Promise.all(tasks.map((taskId, i) => decide(keeper, taskId, { outcome: 'approved', data: { proof: i === 1 ? [two, one] : [one, two] } })));
      expect(answers.map(({ status: code }) => code).sort(), `try ${n}`).to.deep.equal([200, 400, 400]);
      const winner = tasks[answers.findIndex(({ status: code }) => code === 200)]!;
      expect([await processOf(one), await processOf(two)]).to.deep.equal([winner.split('.')[0], winner.split('.')[0]]);
      expect(await api.database.db('task').whereIn('id', tasks).where({ state: 'decided' })).to.have.length(1);
    }
  });

  it('stay and are added to when the form is resubmitted', async () => {
    const [first, second] = [await photo(requester), await photo(requester)];
    const id = await started({ pictures: [first, second] });
    expect((await decide(keeper, await open(id, 'look'), { outcome: 'returned', comment: '不清楚' })).status).to.equal(200);
    const taskId = await open(id, 'revise');
    const [added, foreign] = [await photo(requester), await photo(stranger)];
    const elsewhere = await photo(requester);
    await started({ pictures: [elsewhere] });
    for (const bad of [foreign, elsewhere]) {
      const answer = await decide(requester, taskId, { outcome: 'resubmitted', data: { form: { pictures: [second, bad] } } });
      expect(refused(answer)).to.deep.equal([400, ['data.form.pictures.1']]);
    }
    const answer = await decide(requester, taskId, { outcome: 'resubmitted', data: { form: { pictures: [second, added] } } });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    expect([await processOf(first), await processOf(added)]).to.deep.equal([id, id]);
    const { body } = await requester.get(`/processes/${id}`);
    expect([body.formVersion, body.form.pictures]).to.deep.equal([2, [second, added]]);
  });
});
