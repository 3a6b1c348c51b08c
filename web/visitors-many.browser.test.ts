import { expect } from 'chai';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { ended } from '../test/requisition.ts';
import { hours, invite, until } from '../test/visits.ts';

const MOST_SHOWN = 500;
const COPIES = 600;

describe('A front desk with more visits than its board shows', function () {
  this.timeout(90_000);
  let product: Product;
  let browser: TestBrowser;
  /** Over, and 600 times as many in the hours before. */
  let over: string;
  let inside: string;
  let expected: string;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
    browser = await startBrowser(product);
    [over, inside, expected] = await Promise.all(['10', '11', '12'].map((last) => invite(product, { visitor: { phone: `154000077${last}` }, ...hours(0, 2) }))) as [string, string, string];
    const [host, desk] = [await product.as('requester'), await product.as('frontdesk')];
    expect((await host.post(`/visits/${over}/cancel`, { reason: '会议取消' })).status).to.equal(200);
    await ended(product, over);
    for (const id of [inside, expected]) await until(product, id, 'expected');
    expect((await desk.post(`/visits/${inside}/check-in`)).status).to.equal(200);
    await until(product, inside, 'inside');
    // Farther from now than every copy: what the order alone would cut first.
    await product.db('visit').whereIn('process_id', [inside, expected]).update({ from_at: product.db.raw("from_at - interval '30 days'") });
    await copy(over);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  /** As many visits that ended likewise, their windows a second apart. */
  async function copy(id: string): Promise<void> {
    const at = (table: string, key: string, more: string): Promise<unknown> => product.db.raw(`
      INSERT INTO ${table} SELECT (jsonb_populate_record(${table}, jsonb_build_object('${key}', :id::text || '-' || i) || ${more})).*
      FROM ${table}, generate_series(1, ${COPIES}) i WHERE ${table}.${key} = :id`, { id });
    await at('process', 'id', "jsonb_build_object('number', process.number || '-' || i)");
    await at('process_form', 'process_id', "'{}'");
    await at('visit', 'process_id', "jsonb_build_object('from_at', visit.from_at - i * interval '1 second')");
  }

  it('has whoever is inside and whoever is expected before what is over, the nearest to now first, and counts the rest', async () => {
    const desk = await product.as('frontdesk');
    const { body: board } = await desk.get('/visits/board');
    expect([board.items.length, board.omitted]).to.eql([MOST_SHOWN, COPIES + 3 - MOST_SHOWN]);
    const ids = board.items.map(({ id }: { id: string }) => id);
    expect(ids).to.include.members([inside, expected, over, `${over}-1`, `${over}-497`]).and.not.to.include(`${over}-498`);
    expect(board.items.map(({ from }: { from: string }) => from)).to.eql(board.items.map(({ from }: { from: string }) => from).sort());

    const [{ number }] = await product.db('process').where({ id: `${over}-600` }).select('number');
    const { body: found } = await desk.get(`/visits/board?q=${number}`);
    expect([found.items.map(({ id }: { id: string }) => id), found.omitted]).to.eql([[`${over}-600`], 0]);
    expect((await desk.get('/visits/board?q=没有这样的单位')).body).to.include({ omitted: 0 });
  });

  it('says on the page how many are not shown, and finds them', async () => {
    const page = await browser.page({ width: 1280 });
    await logInAt(page, product.url, 'frontdesk', '/visitors');
    const omitted = page.getByRole('status').filter({ hasText: '没有显示' });
    await omitted.waitFor();
    expect(await omitted.textContent()).to.contain(`还有 ${COPIES + 3 - MOST_SHOWN} 条`);
    await page.locator(`[data-visit="${inside}"]`).waitFor();
    const { number } = await product.db('process').where({ id: `${over}-600` }).first('number');
    await page.locator('#visitors-search').fill(number);
    await eventually('all of what was searched for', async () => await omitted.count() === 0);
    await page.locator('details.gone').filter({ hasText: '另有 1 条' }).waitFor();
    await page.locator('details.gone summary').click();
    await page.getByText(number, { exact: false }).waitFor();
    expect(browser.allComplaints()).to.deep.equal([]);
    await page.context().close();
  });
});
