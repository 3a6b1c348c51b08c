import { expect } from 'chai';
import { DEMO_PASSWORD } from '../../db/seeds/demo-company.ts';
import { eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { contract } from '../../workflows/repair-order/contract.ts';
import { castOf } from './cast.ts';
import { repairStories } from './repair-stories.ts';
import { tell } from './tell.ts';

describe('The repairs of the demo day', function () {
  this.timeout(120_000);
  let product: Product;

  before(async () => { product = await startProduct(); });
  after(async () => { await product?.stop(); });

  it('leave orders at every step, with every outcome, and one whose promise is broken', async () => {
    expect(await tell(await castOf(product.url, DEMO_PASSWORD), repairStories, 1)).to.equal(0);

    const steps = async (): Promise<string[]> => product.db('task').where({ state: 'open' }).distinct('step').pluck('step');
    // The demo's emergency waits for the dispatcher: its offers would end within minutes.
    const expected = Object.keys(contract.steps).filter((step) => step !== 'accept-emergency');
    await eventually('an order at every step', async () => (await steps()).length === expected.length);
    expect(await steps()).to.have.members(expected);
    const outcomes = await product.db('process').whereNotNull('outcome').distinct('outcome').pluck('outcome');
    expect(outcomes).to.have.members(Object.keys(contract.outcomes));

    const decided = await product.db('task').whereNotNull('outcome').distinct('step', 'outcome');
    expect(decided.map(({ step, outcome }) => `${step}: ${outcome}`)).to.include.members([
      'accept: declined', 'accept: accepted', 'work: handed-back', 'work: held', 'evaluation: not-fixed', 'evaluation: evaluated', 'call-back: called-back',
    ]);
    const board = async (): Promise<{ urgency: string; step: string; etaBroken: boolean }[]> =>
      (await (await product.as('service')).get('/repairs/board')).body.items;
    await eventually('a broken promise', async () => (await board()).some(({ etaBroken }) => etaBroken));
    expect((await board()).some(({ urgency, step }) => urgency === 'emergency' && step === 'dispatch')).to.equal(true);
    expect(await product.db('repair_plan').count({ n: '*' }).first()).to.deep.equal({ n: 3 });
    expect(await product.db('repair_plan_order').count({ n: '*' }).first()).to.deep.equal({ n: 1 });
    expect(await product.db('file').whereNotNull('process_id').count({ n: '*' }).first()).to.deep.equal({ n: 4 });
  });
});
