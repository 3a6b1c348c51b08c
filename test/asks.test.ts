import { expect } from 'chai';
import { askHolders } from '../activities/task-asks.ts';
import { endpoints } from '../api/contract.ts';
import { phoneIndex } from '../db/queries/sms.ts';
import { replayHistory } from '../worker/replay.ts';
import { startCarriers, type Carriers, type PhoneReply } from './carriers.ts';
import { call, eventually, type Answer } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { decide, ended, openTask, process as processOf } from './requisition.ts';
import { fastForward } from './virtual-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LEADER = 'person-chen-jianhua';
const TEST_ROOT = process.env.HOUQIN_TEST_ROOT!;

/** What an SMS asked: the digit of its answer and the token of its link. */
interface Asked {
  process: string;
  task: string;
  sms: string;
  digit: string;
  token: string;
  said: string;
}

describe('tasks that are asked for by SMS', function () {
  this.timeout(90_000);
  let carriers: Carriers;
  let product: Product;
  let phone: string;
  let n = 0;
  /** Whether the seal keeper is asked, too. */
  let keepersToo = false;

  before(async () => {
    carriers = await startCarriers();
    product = await startProduct({ sms: carriers.env, asks: (type, step) => type === 'seal-use' && (step === 'department-leader' || keepersToo) });
    phone = await phoneOf(LEADER);
  });
  after(async () => {
    await product?.stop();
    await carriers?.stop();
  });
  beforeEach(async () => {
    carriers.reset();
    keepersToo = false;
    // Digits, daily limits and failures of the test before are not this one's.
    await product.db('sms_ask').delete();
    await product.db('sms_reply').delete();
    await product.db('ask_attempt').delete();
    await product.db('sms').update({ created_at: product.db.raw(`created_at - interval '2 days'`) });
  });

  const phoneOf = async (id: string): Promise<string> => `+86${(await product.db('person').where({ id }).first('phone')).phone.replace(/\D/g, '').slice(-11)}`;
  const post = (path: string, body: object): Promise<Answer> => call(product.url, 'POST', path, body);
  const look = (token: string): Promise<Answer> => post('/asks/look', { token });
  const answer = (token: string, outcome: string, comment?: string): Promise<Answer> => post('/asks/decide', { token, outcome, ...(comment && { comment }) });
  const task = (id: string) => product.db('task').where({ id }).first();
  const taken = (sms: string): Carriers['taken'] => carriers.taken.filter(({ ours }) => ours === sms);
  /** Decided more than a day ago: what is decided is kept from changes by a trigger. */
  const aDayAgo = (ids: string[]): Promise<unknown> => product.db.transaction(async (trx) => {
    await trx.raw('SET LOCAL session_replication_role = replica');
    await trx('task').whereIn('id', ids).update({ decided_at: trx.raw(`decided_at - interval '25 hours'`) });
  });
  const smsOf = (taskId: string, personId = LEADER) => product.db('sms').where({ key: `${taskId}.ask.${personId}` }).first('id', 'state');
  const via = async (taskId: string): Promise<string | undefined> => (await product.db('audit_event').where({ task_id: taskId, action: 'task-decided', refused: false }).first('detail'))?.detail.via;

  /** Starts a seal use; answers its process and the leader's task. */
  async function start(): Promise<{ process: string; task: string }> {
    n += 1;
    const form = { document: `合同 ${n}`, kind: 'contract', seal: 'contract', copies: 2, reason: '签订年度合同', neededOn: '2026-12-01' };
    const started = await (await product.as('requester')).post('/processes', { type: 'seal-use', form });
    if (started.status !== 201) throw new Error(JSON.stringify(started.body));
    return { process: started.body.id, task: await openTask(product, started.body.id, 'department-leader') };
  }

  /** What the SMS of a task's ask said, once a carrier has taken it. */
  async function heard(process: string, taskId: string, personId = LEADER): Promise<Asked> {
    const { id: sms } = await eventually('an ask', async () => smsOf(taskId, personId));
    await eventually('its SMS', async () => taken(sms).length > 0);
    const { said } = taken(sms)[0]!;
    const { digit = '', token } = JSON.parse(said.slice(said.indexOf('{'))) as { digit?: string; token: string };
    return { process, task: taskId, sms, digit, token, said };
  }

  async function asked(): Promise<Asked> {
    const started = await start();
    return heard(started.process, started.task);
  }

  describe('the link', () => {
    it('comes with title, digit and token to the leader alone, once however often it is asked for', async () => {
      const { task: id, said, digit, token, process } = await asked();
      expect(said).to.equal(`SMS_100003 ${JSON.stringify({ title: `合同 ${n}（合同章 ×2）`, digit: '1', token })}`);
      expect([digit, token.length]).to.eql(['1', 22]);
      await Promise.all(Array.from({ length: 5 }, () => askHolders(product.db, product.sms.seal, id)));
      expect(await product.db('sms_ask').where({ task_id: id })).to.have.length(1);
      expect(await product.db('sms').where('key', 'like', `${id}.ask.%`)).to.have.length(1);
      const stored = await product.db('sms_ask').where({ task_id: id }).first(product.db.raw('sms_ask::text AS row'));
      expect(stored.row).not.to.include(token);
      const history = (await product.temporal.history(process))!;
      for (const secret of [token, phone.slice(3), `合同 ${n}`]) expect(history, secret).not.to.include(secret);
    });

    it('shows what is needed to decide, decides as that person, and then who has decided', async () => {
      const { token, task: id, process } = await asked();
      const seen = (await look(token)).body;
      expect(seen).to.include({ state: 'open', title: `合同 ${n}（合同章 ×2）`, requester: '王薇', holder: '陈建华', locale: 'zh-CN', decision: null });
      expect(seen.fields).to.deep.include({ title: { zh: '份数', en: 'Copies' }, value: { zh: '2', en: '2' } });
      expect(seen.outcomes).to.eql([
        { outcome: 'approved', title: { zh: '同意', en: 'Approve' }, commentNeeded: false },
        { outcome: 'rejected', title: { zh: '拒绝', en: 'Reject' }, commentNeeded: true },
      ]);
      const done = await answer(token, 'approved');
      expect(done.status).to.equal(200);
      expect(done.body).to.deep.include({ outcome: 'approved', title: { zh: '同意', en: 'Approve' }, next: { zh: '用印', en: 'Stamping' } });
      expect(await task(id)).to.include({ state: 'decided', outcome: 'approved', actor_kind: 'person', decided_by: LEADER });
      expect(await via(id)).to.equal('sms-link');
      expect((await product.db('sms_ask').where({ task_id: id }).first('used_at')).used_at).to.be.an.instanceOf(Date);
      await openTask(product, process, 'stamp');

      const again = await answer(token, 'rejected', '算了');
      expect([again.status, again.body.code, again.body.decidedBy.name]).to.eql([409, 'task-already-decided', '陈建华']);
      const after = (await look(token)).body;
      expect(after).to.deep.include({ state: 'decided', fields: [], outcomes: [] });
      expect(after.decision).to.deep.include({ by: '陈建华', outcome: 'approved', title: { zh: '同意', en: 'Approve' } });
    });

    it('asks for the reason of a refusal, with which the case ends', async () => {
      const { token, process, task: id } = await asked();
      const without = await answer(token, 'rejected');
      expect([without.status, without.body.errors[0].path]).to.eql([400, 'comment']);
      const refused = await answer(token, 'rejected', '请改用电子章');
      expect([refused.status, refused.body.next]).to.eql([200, null]);
      expect((await ended(product, process)).outcome).to.equal('rejected');
      expect((await task(id)).comment).to.equal('请改用电子章');
    });

    it('is over after 72 hours, a day after its task was closed, with its person and with its phone: all of it the same 404 as for no token', async () => {
      const unknown = (await look('A'.repeat(22))).body;
      const same = async (what: string, token: string): Promise<void> => {
        for (const { status, body } of [await look(token), await answer(token, 'approved')]) {
          expect([status, { ...body, instance: '' }], what).to.eql([404, { ...unknown, instance: '' }]);
        }
        await product.db('ask_attempt').delete();
      };
      const { token, task: id } = await asked();
      const ask = () => product.db('sms_ask').where({ task_id: id });
      const person = () => product.db('person').where({ id: LEADER });
      await same('another token', `${token.slice(0, 21)}${token.endsWith('A') ? 'B' : 'A'}`);
      await person().update({ active: false });
      await same('a person who has left', token);
      const { phone: own } = await person().first('phone');
      await person().update({ active: true, phone: '13900000000' });
      await same('a phone that was replaced', token);
      await person().update({ phone: own });
      await ask().update({ expires_at: product.db.raw(`expires_at - interval '72 hours'`) });
      await same('72 hours', token);
      await ask().update({ expires_at: product.db.raw(`expires_at + interval '72 hours'`) });
      expect((await answer(token, 'approved')).status).to.equal(200);
      await aDayAgo([id]);
      await same('a day after', token);
    });

    it('is worth nothing where the task is somebody else’s by now, who hears of it at the next reminder', async () => {
      const { token, task: id, process } = await asked();
      await (await product.as('leader')).post(`/tasks/${id}/transfer`, { to: 'person-zhou-huimin', comment: '外出' });
      expect((await look(token)).body).to.deep.include({ state: 'moved', fields: [], outcomes: [], decision: null });
      const refused = await answer(token, 'approved');
      expect([refused.status, refused.body.code]).to.eql([403, 'task-of-another']);
      expect((await task(id)).state).to.equal('open');
      await fastForward(product, process, 5 * DAY);
      const other = await heard(process, id, 'person-zhou-huimin');
      expect((await answer(other.token, 'approved')).status).to.equal(200);
      expect((await task(id)).decided_by).to.equal('person-zhou-huimin');
    });

    it('says that the request has ended', async () => {
      const { token, process } = await asked();
      await (await product.as('requester')).post(`/processes/${process}/withdraw`, { reason: '不需要了' });
      expect((await look(token)).body).to.deep.include({ state: 'ended', fields: [] });
      expect((await answer(token, 'approved')).status).to.equal(409);
    });

    it('decides once, whether by link, by page or by SMS', async () => {
      const { token, task: id, digit } = await asked();
      const leader = await product.as('leader');
      const [byLink, byPage, bySms] = await Promise.all([
        answer(token, 'approved'), leader.post(`/tasks/${id}/decision`, { outcome: 'approved' }),
        carriers.reply('twilio', product.url, { from: phone, text: `${digit}1` }),
      ]);
      expect(bySms.status).to.equal(204);
      expect([byLink.status, byPage.status].every((status) => status === 200 || status === 409)).to.equal(true);
      expect(await product.db('audit_event').where({ task_id: id, action: 'task-decided', refused: false })).to.have.length(1);
    });

    it('reaches no further than its task: no session, no other endpoint, no other outcome', async () => {
      const { token, task: id, process } = await asked();
      const other = await start();
      const tried = endpoints.filter(({ access }) => access !== 'public');
      expect(tried.length).to.be.above(60);
      for (const { method, path } of tried) {
        const filled = path.replace(/:(\w+)/g, (_all, name: string) => (path.startsWith('/tasks/') ? id : path.startsWith('/processes/') && name === 'id' ? process : token));
        const headers = { authorization: `Bearer ${token}`, cookie: `session=${token}; __Host-session=${token}`, 'x-token': token };
        const refused = await call(product.url, method.toUpperCase(), filled, method === 'get' ? undefined : { token }, headers);
        expect(refused.status, `${method} ${path}`).to.equal(401);
        const asked = await fetch(`${product.url}/api${filled}?token=${token}`, { method: method.toUpperCase(), headers: { origin: product.url } });
        expect(asked.status, `${method} ${path}?token`).to.equal(401);
      }
      expect((await call(product.url, 'GET', '/sms/aliyun/receipts')).status).to.equal(405);
      expect((await fetch(`${product.url}/api/sms/aliyun/replies?token=${token}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' })).status).to.equal(404);
      for (const outcome of ['returned', 'withdrawn', 'resubmitted', 'stamped', '__proto__']) expect((await answer(token, outcome)).status, outcome).to.equal(400);
      const more = await post('/asks/decide', { token, outcome: 'approved', taskId: other.task });
      expect(more.status).to.equal(400);
      expect([(await task(id)).state, (await task(other.task)).state]).to.eql(['open', 'open']);
    });

    it('is looked at 30 times a minute from one address, and ten failures close it for a while', async () => {
      const { token } = await asked();
      await product.db('ask_attempt').delete();
      for (let i = 0; i < 10; i += 1) expect((await look('x'.repeat(22))).status).to.equal(404);
      const refused = await look(token);
      expect([refused.status, refused.body.code]).to.eql([429, 'too-many-asks']);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(14 * 60, 15 * 60);
      await product.db('ask_attempt').delete();
      const many = await Promise.all(Array.from({ length: 40 }, () => look(token)));
      expect(many.filter(({ status }) => status === 200)).to.have.length(30);
      expect(many.filter(({ status }) => status === 429)).to.have.length(10);
      await product.db('ask_attempt').update({ at: product.db.raw(`at - interval '61 seconds'`) });
      expect((await look(token)).status).to.equal(200);
    });

    it('goes to nobody of a role of more than five', async () => {
      keepersToo = true;
      const { process, token } = await asked();
      await answer(token, 'approved');
      const stamp = await openTask(product, process, 'stamp');
      const keepers = await product.db('person_role').where({ role_id: 'seal-keeper' }).pluck('person_id');
      await eventually('the keepers are asked', async () => (await product.db('sms_ask').where({ task_id: stamp })).length === keepers.length);
      const six = await product.db('person').where({ active: true }).whereNotNull('phone').whereNotIn('id', keepers).limit(6).pluck('id');
      await product.db('person_role').insert(six.map((person_id: string) => ({ person_id, role_id: 'seal-keeper' })));
      try {
        const second = await asked();
        await answer(second.token, 'approved');
        const crowd = await openTask(product, second.process, 'stamp');
        await askHolders(product.db, product.sms.seal, crowd);
        expect(await product.db('sms_ask').where({ task_id: crowd })).to.eql([]);
      } finally {
        await product.db('person_role').where({ role_id: 'seal-keeper' }).whereIn('person_id', six).delete();
      }
    });
  });

  describe('the reply', () => {
    type Expected = 'decided' | 'repeated' | 'too-late' | 'not-understood' | 'foreign';

    const results = (): Promise<Expected[]> => product.db('sms_reply').orderBy('at').pluck('result');
    const back = (template: string) => product.db('sms').where({ template, phone_index: phoneIndex(product.sms.seal, phone) }).where('created_at', '>', product.db.raw(`now() - interval '1 day'`));
    async function reply(carrier: 'aliyun' | 'twilio', text: string, more: Partial<PhoneReply> = {}): Promise<number> {
      return (await carriers.reply(carrier, product.url, { from: phone, text, ...more })).status;
    }

    // Each after the same ask, whose digit is 1: what is replied, what comes of it, how the task stands, and what the phone hears back.
    const table: readonly { name: string; replies: readonly (string | Partial<PhoneReply> & { text: string })[]; results: Expected[]; outcome: string | null; back?: string }[] = [
      { name: 'in time, yes', replies: ['11'], results: ['decided'], outcome: 'approved' },
      { name: 'in time, no', replies: ['10'], results: ['decided'], outcome: 'rejected' },
      { name: 'full width, with a word', replies: ['１１ 好的'], results: ['decided'], outcome: 'approved' },
      { name: 'handed over twice', replies: [{ text: '11', id: '77' }, { text: '11', id: '77' }], results: ['decided'], outcome: 'approved' },
      { name: 'handed over twice, with other words', replies: [{ text: '11', id: '78' }, { text: '10', id: '78' }], results: ['decided'], outcome: 'approved' },
      { name: 'doubled', replies: ['11', '11'], results: ['decided', 'repeated'], outcome: 'approved' },
      { name: 'changed', replies: ['11', '10', '10'], results: ['decided', 'too-late', 'too-late'], outcome: 'approved', back: 'reply-too-late' },
      { name: 'not understood', replies: ['同意', '1', '31 30', '99'], results: Array<Expected>(4).fill('not-understood'), outcome: null, back: 'reply-not-understood' },
      { name: 'contradicting itself', replies: ['11 不同意'], results: ['not-understood'], outcome: null, back: 'reply-not-understood' },
      { name: 'of another digit', replies: ['21'], results: ['not-understood'], outcome: null, back: 'reply-not-understood' },
      { name: 'first not understood, then well', replies: ['好', '11'], results: ['not-understood', 'decided'], outcome: 'approved', back: 'reply-not-understood' },
      { name: 'from a foreign phone', replies: [{ text: '11', from: '+8613912345678' }], results: ['foreign'], outcome: null },
      { name: 'from abroad', replies: [{ text: '11', from: '+4915112345678' }], results: ['foreign'], outcome: null },
      { name: 'from nowhere', replies: [{ text: '11', from: '10086' }], results: [], outcome: null },
    ];
    for (const carrier of ['twilio', 'aliyun'] as const) {
      for (const { name, replies, results: expected, outcome, back: told } of table) {
        if (carrier === 'aliyun' && replies.length === 1 && outcome !== 'approved') continue;
        it(`by ${carrier}: ${name}`, async () => {
          const { task: id } = await asked();
          for (const each of replies) {
            const { text, ...more } = typeof each === 'string' ? { text: each } : each;
            expect(await reply(carrier, text, more)).to.equal(carrier === 'twilio' ? 204 : 200);
          }
          expect(await results()).to.eql(expected);
          expect((await task(id)).outcome).to.equal(outcome);
          if (outcome) {
            expect(await via(id)).to.equal('sms-reply');
            expect((await task(id)).comment).to.equal(outcome === 'rejected' ? '短信答复' : null);
            expect((await task(id)).decided_by).to.equal(LEADER);
          }
          for (const template of ['reply-too-late', 'reply-not-understood']) expect(await back(template), template).to.have.length(template === told ? 1 : 0);
          // No stranger hears anything of us.
          expect(await product.db('sms').whereNot('template', 'task-ask').where('created_at', '>', product.db.raw(`now() - interval '1 day'`))).to.have.length(told ? 1 : 0);
        });
      }
    }

    it('is refused where the carrier’s proof is forged', async () => {
      const { task: id } = await asked();
      expect(await reply('twilio', '11', { token: 'guessed' })).to.equal(404);
      expect(await reply('aliyun', '11', { token: 'guessed' })).to.equal(404);
      expect(await results()).to.eql([]);
      expect((await task(id)).state).to.equal('open');
    });

    it('counts before the SMS’s receipt has come', async () => {
      const { sms, task: id } = await asked();
      expect((await product.db('sms').where({ id: sms }).first('state')).state).to.equal('waiting');
      await reply('aliyun', '11');
      expect((await task(id)).outcome).to.equal('approved');
    });

    it('comes too late when somebody else has decided, and says so once', async () => {
      const { task: id } = await asked();
      const admin = await product.as('admin');
      await admin.post(`/tasks/${id}/transfer`, { to: 'person-zhou-huimin', comment: '请假' });
      await reply('twilio', '11');
      await (await product.as('director')).post(`/tasks/${id}/decision`, { outcome: 'approved' });
      await reply('twilio', '11');
      await reply('aliyun', '10');
      expect(await results()).to.eql(['too-late', 'too-late', 'too-late']);
      expect((await task(id)).decided_by).to.equal('person-zhou-huimin');
      expect(await back('reply-too-late')).to.have.length(1);
    });

    it('comes too late when the deadline has decided', async () => {
      keepersToo = true;
      const first = await asked();
      await answer(first.token, 'approved');
      const stamp = await openTask(product, first.process, 'stamp');
      const keeper = (await product.db('person').where({ username: 'sealkeeper' }).first('id')).id;
      const { digit } = await heard(first.process, stamp, keeper);
      await fastForward(product, first.process, 40 * DAY);
      expect((await ended(product, first.process)).outcome).to.equal('expired');
      const from = await phoneOf(keeper);
      await reply('twilio', `${digit}1`, { from });
      await reply('twilio', `${digit}1`, { from });
      expect(await results()).to.eql(['too-late', 'too-late']);
      expect((await task(stamp)).actor_kind).to.equal('clock');
      expect(await product.db('sms').where({ template: 'reply-too-late', person_id: keeper })).to.have.length(1);
    });

    it('comes too late after 72 hours, though the task is open', async () => {
      const { task: id } = await asked();
      await product.db('sms_ask').update({ expires_at: product.db.fn.now() });
      await reply('twilio', '11');
      expect([await results(), (await task(id)).state]).to.eql([['too-late'], 'open']);
    });

    it('decides nothing for whoever has left, or has another phone by now', async () => {
      const { task: id } = await asked();
      const person = () => product.db('person').where({ id: LEADER });
      const { phone: own } = await person().first('phone');
      await person().update({ active: false });
      await reply('twilio', '11');
      await person().update({ active: true, phone: '13900000000' });
      await reply('twilio', '11');
      await person().update({ phone: own });
      expect([await results(), (await task(id)).state]).to.eql([['foreign', 'foreign'], 'open']);
      await reply('twilio', '11');
      expect((await task(id)).outcome).to.equal('approved');
    });

    it('means the task of its digit: others keep theirs, and one that was decided keeps it for a day', async () => {
      const [first, second] = [await asked(), await asked()];
      expect([first.digit, second.digit]).to.eql(['1', '2']);
      await reply('twilio', '21');
      expect([(await task(first.task)).state, (await task(second.task)).outcome]).to.eql(['open', 'approved']);
      await reply('twilio', '11');
      const third = await asked();
      expect(third.digit).to.equal('3');
      await reply('twilio', '10');
      expect([(await results()).at(-1), (await task(third.task)).state]).to.eql(['too-late', 'open']);
      await aDayAgo([first.task, second.task]);
      expect((await asked()).digit).to.equal('1');
    });

    it('where all nine were used within a day, takes the oldest one again, which counts from its own SMS on', async () => {
      const first = await asked();
      await reply('twilio', '11');
      // The other eight digits, closed after the first one.
      const people = await product.db('person').whereNot({ id: LEADER }).limit(8).pluck('id');
      const later = await asked();
      await reply('twilio', '21');
      const row = await product.db('sms_ask').where({ task_id: later.task }).first();
      await product.db('sms_ask').insert(people.map((person_id: string, i: number) => ({
        ...row, id: product.db.raw('gen_random_uuid()'), token_hash: product.db.raw('sha256(?)', [Buffer.from(`taken ${i}`)]), person_id, digit: i + 2,
      })));
      carriers.next('aliyun', ...Array.from({ length: 3 }, () => ({ does: 'says', code: 'isp.SYSTEM_ERROR' }) as const));
      carriers.next('twilio', ...Array.from({ length: 3 }, () => ({ does: 'fails', status: 500 }) as const));
      const reused = await start();
      await eventually('it was tried', async () => (await product.db('sms_try').where({ sms_id: (await smsOf(reused.task))?.id ?? '', result: 'failed' })).length === 2);
      expect((await product.db('sms_ask').where({ task_id: reused.task }).first('digit')).digit).to.equal(1);
      await reply('twilio', '11');
      await reply('twilio', '10');
      expect((await results()).slice(-2)).to.eql(['repeated', 'too-late']);
      expect((await task(reused.task)).state).to.equal('open');
      await heard(reused.process, reused.task);
      await reply('twilio', '10');
      expect([(await task(reused.task)).outcome, (await task(first.task)).outcome]).to.eql(['rejected', 'approved']);
    });

    it('has no digit where nine are open: the link alone', async () => {
      const first = await asked();
      const row = await product.db('sms_ask').where({ task_id: first.task }).first();
      const people = await product.db('person').whereNot({ id: LEADER }).limit(8).pluck('id');
      await product.db('sms_ask').insert(people.map((person_id: string, i: number) => ({
        ...row, id: product.db.raw('gen_random_uuid()'), token_hash: product.db.raw('sha256(?)', [Buffer.from(`open ${i}`)]), person_id, digit: i + 2,
      })));
      const tenth = await asked();
      expect(tenth.said).to.match(/^SMS_100004 \{"title":"[^"]+","token":"[\w-]{22}"\}$/);
      expect((await answer(tenth.token, 'approved')).status).to.equal(200);
    });

    it('is one decision when the carriers delivered the ask twice', async () => {
      carriers.next('aliyun', { does: 'lost' });
      const { task: id, sms, token } = await asked();
      await eventually('both have taken it', async () => taken(sms).length === 2);
      const [one, other] = taken(sms);
      expect([one!.carrier, other!.carrier]).to.eql(['aliyun', 'twilio']);
      expect(other!.said).to.equal(`合同 ${n}（合同章 ×2），等您处理。回复11同意、10拒绝，或打开 https://houqin.test/a/${token}`);
      await reply('aliyun', '11');
      await reply('twilio', '11');
      expect(await results()).to.eql(['decided', 'repeated']);
      expect(await product.db('audit_event').where({ task_id: id, action: 'task-decided', refused: false })).to.have.length(1);
    });

    it('is not waited for: with an SMS that never arrives, reminder, escalation and decision go on', async () => {
      carriers.next('aliyun', { does: 'says', code: 'isv.AMOUNT_NOT_ENOUGH' });
      carriers.next('twilio', { does: 'says', code: '21606' });
      const { process, task: id } = await start();
      const { id: sms } = await eventually('an ask', async () => smsOf(id));
      await eventually('it is refused', async () => (await product.db('sms').where({ id: sms }).first('state')).state === 'refused');
      await fastForward(product, process, 8 * DAY);
      const actions = () => product.db('audit_event').where({ task_id: id }).pluck('action');
      await eventually('reminder and escalation', async () => {
        const seen = await actions();
        return seen.includes('task-reminded') && seen.includes('task-escalated');
      });
      // Whoever is a candidate since the escalation was asked, too; the leader not again.
      const people = await product.db('sms_ask').where({ task_id: id }).pluck('person_id');
      expect(people.length).to.be.above(1);
      expect(new Set(people).size).to.equal(people.length);
      await decide(product, process, 'department-leader', 'leader', 'approved');
      await openTask(product, process, 'stamp');
    });

    it('leaves cases that replay', async () => {
      const { process, token } = await asked();
      await answer(token, 'rejected', '不需要');
      await ended(product, process);
      expect((await replayHistory((await product.temporal.history(process))!, TEST_ROOT)).error).to.equal(undefined);
      expect((await processOf(product, process)).outcome).to.equal('rejected');
    });
  });
});

describe('the demo’s phones', function () {
  this.timeout(60_000);

  it('reply, and decide so', async () => {
    const product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' }, asks: (type, step) => type === 'seal-use' && step === 'department-leader' });
    try {
      const form = { document: '演示合同', kind: 'contract', seal: 'contract', copies: 1, reason: '演示', neededOn: '2026-12-01' };
      const { id } = (await (await product.as('requester')).post('/processes', { type: 'seal-use', form })).body;
      const taskId = await openTask(product, id, 'department-leader');
      const message = await eventually('the SMS', async () => (await call(product.url, 'GET', '/demo/phones')).body.items[0], 30);
      expect(message.text).to.match(/^演示合同（合同章 ×1），等您处理。回复11同意、10拒绝，或打开 https:\/\/houqin\.test\/a\/[\w-]{22}$/);
      expect((await call(product.url, 'POST', '/demo/phones/replies', { phone: 'x', text: '11' })).status).to.equal(400);
      expect((await call(product.url, 'POST', '/demo/phones/replies', { phone: message.phone, text: '11 好' })).status).to.equal(204);
      expect((await product.db('task').where({ id: taskId }).first('outcome')).outcome).to.equal('approved');
    } finally {
      await product.stop();
    }
  });
});
