import { expect } from 'chai';
import { eventually, type Answer } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { all, ROUNDS, statuses, until } from './racing.ts';
import { inHours, report } from './repairs.ts';
import { ended, openTask, process as processOf } from './requisition.ts';

const STEP = 'accept-emergency';
const [FIRST, SECOND] = ['person-jin-zhiqiang', 'person-fang-jianguo'];

/** F19 over repairs: an offer is answered by its repairer's two phones, its clock and the requester's withdrawal, all within one second. */
describe('racing repairers, requester and clock (F19)', function () {
  this.timeout(60_000 + ROUNDS * 10_000);
  let product: Product;
  let policy: object;
  const policyPath = `/admin/timeout-policies/repair-order/${STEP}`;

  before(async () => {
    product = await startProduct();
    const admin = await product.as('admin');
    const { body } = await admin.get('/admin/timeout-policies');
    policy = body.items.find(({ type, step }: { type: string; step: string }) => type === 'repair-order' && step === STEP).policy;
    const quick = { clock: 'wall', due: 'PT1S', remind: null, escalate: null, expire: { after: 'PT1S', outcome: 'no-answer' } };
    expect((await admin.put(policyPath, quick)).status).to.equal(200);
  });
  after(async () => {
    if (policy) expect((await (await product.as('admin')).put(policyPath, policy)).status).to.equal(200);
    await product?.stop();
  });

  it(`is one repairer's in each of ${ROUNDS} rounds, or the next one's, or nobody's, and never two's`, async () => {
    const winners: string[] = [];
    let offset = -80;
    for (let round = 0; round < ROUNDS; round += 1) {
      const winner = await race(round, offset);
      winners.push(winner);
      offset += winner === 'no-answer' ? -50 : 50;
    }
    const clock = winners.filter((each) => each === 'no-answer').length;
    if (ROUNDS >= 15) expect(Math.min(clock, ROUNDS - clock), `both sides win: ${winners.join(' ')}`).to.be.above(0);
  });

  /** One round; answers what became of the first offer. */
  async function race(round: number, offset: number): Promise<string> {
    const { db } = product;
    const requester = await product.as('requester');
    const [service, first, second] = [await product.as('service'), await product.as('repairer'), await product.as('repairer2')];
    const id = await report(product, { urgency: 'emergency', category: 'electrical' });

    // Five clicks at once are one dispatch.
    const dispatch = await openTask(product, id, 'dispatch');
    const clicks = await all(5, () => service.post(`/tasks/${dispatch}/decision`, { outcome: 'dispatched', data: { repairers: [FIRST, SECOND] } }));
    expect(statuses(clicks)).to.eql({ 200: 1, 409: 4 });

    const offer = await eventually('the offer', () => db('task').where({ process_id: id, step: STEP, n: 1 }).first());
    const start = offer.expire_at.getTime() + offset;
    const withdraws = round % 3 === 2;
    const [withdrawal, stranger, ...answers] = await Promise.all([
      withdraws ? until(start + [-15, 15, 40][Math.floor(round / 3) % 3]!).then(() => requester.post(`/processes/${id}/withdraw`, { reason: '自己修好了' })) : undefined,
      until(start).then(() => second.post(`/tasks/${offer.id}/decision`, { outcome: 'accepted', data: { eta: inHours(1) } })),
      ...Array.from({ length: 10 }, async (_, i) => {
        await until(start + Math.random() * 40);
        const decision = i % 2 ? { outcome: 'accepted', data: { eta: inHours(1) } } : { outcome: 'declined', comment: '在外地' };
        return first.post(`/tasks/${offer.id}/decision`, decision);
      }),
    ]) as [Answer | undefined, Answer, ...Answer[]];

    // 409 where it was decided before, and the next offer is theirs.
    expect(stranger.status, 'somebody else’s offer').to.be.oneOf([403, 404, 409]);
    const accepted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(statuses(refused), `round ${round}`).to.eql(refused.length > 0 ? { 409: refused.length } : {});
    await eventually('the offer is closed', async () => (await db('task').where({ id: offer.id }).first()).state !== 'open');
    const task = await db('task').where({ id: offer.id }).first();
    const winner: string = task.state === 'closed' ? 'withdrawn' : task.outcome;
    expect(accepted, `round ${round}: ${winner}`).to.have.length(task.actor_kind === 'person' ? 1 : 0);
    const decided = await db('audit_event').where({ task_id: offer.id, action: 'task-decided' });
    expect(decided, `round ${round}: ${winner}`).to.have.length(winner === 'withdrawn' ? 0 : 1);

    const offers = async (): Promise<string[]> => db('repair_offer').where({ process_id: id }).orderBy('at').pluck('repairer_id');
    if (withdrawal) {
      expect(withdrawal.status).to.equal(200);
      expect((await ended(product, id)).outcome).to.equal('withdrawn');
      expect(await db('task').where({ process_id: id, state: 'open' })).to.eql([]);
      expect([[FIRST], [FIRST, SECOND]]).to.deep.include(await offers());
    } else if (winner === 'accepted') {
      const arrival = await eventually('on the way', async () => (await processOf(product, id)).openTasks.find(({ step }: { step: string }) => step === 'arrival'));
      expect(arrival.candidates).to.eql([`person:${FIRST}`]);
      expect(await offers()).to.eql([FIRST]);
      expect(await db('repair_order').where({ process_id: id }).first('repairer_id', 'offered_to')).to.eql({ repairer_id: FIRST, offered_to: null });
    } else {
      // The second is asked once, does not answer within the second either, and it is the dispatcher's again.
      await openTask(product, id, 'dispatch', dispatch);
      expect(await offers()).to.eql([FIRST, SECOND]);
      expect(await db('task').where({ process_id: id, step: STEP })).to.have.length(2);
      expect(await db('repair_order').where({ process_id: id }).first('repairer_id', 'offered_to')).to.eql({ repairer_id: null, offered_to: null });
    }
    if (!withdrawal) expect((await requester.post(`/processes/${id}/withdraw`, { reason: '自己修好了' })).status).to.equal(200);

    // Its history tells the same winner, and nobody else.
    expect(await product.temporal.client.workflow.getHandle(id).result()).to.equal('withdrawn');
    const signals = await product.db('outbox').where({ process_id: id, name: 'decide' });
    expect(signals.filter(({ payload }: { payload: { taskId: string } }) => payload.taskId === offer.id)).to.have.length(accepted.length);
    return winner;
  }
});
