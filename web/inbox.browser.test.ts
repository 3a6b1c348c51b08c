import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, makeItem, openTask, process, request } from '../test/requisition.ts';

describe('The inbox and the process page in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let leader: Page;
  let holding: Locator;
  let item: string;
  let first: string;
  let second: string;
  let third: string;

  const row = (page: Page, purpose: string) => page.locator('button.row').filter({ hasText: purpose });
  const outcomeOf = async (id: string, step: string) =>
    (await process(product, id)).steps.find((each: { step: string }) => each.step === step)?.outcome;

  before(async () => {
    product = await startProduct();
    browser = await startBrowser(product);
    item = await makeItem(product, 100);
    first = await request(product, [{ itemId: item, quantity: 3 }]);
    second = await request(product, [{ itemId: item, quantity: 5 }]);
    for (const id of [first, second]) await openTask(product, id, 'department-leader');
    leader = await browser.page({ allowed: /409/ });
    holding = leader.locator('.held .waiting').filter({ hasText: /^\d+ 秒后同意：/ });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('opens the most pressing task at once, with its form, and keeps it in the address', async () => {
    await logInAt(leader, product.url, 'leader', '/tasks');
    await leader.getByRole('heading', { level: 2, name: /申请 测试物品.*×3/ }).waitFor();
    expect(new URL(leader.url()).searchParams.get('task')).to.contain(first);
    expect(await leader.getByText('共 2 项').count()).to.equal(1);
    expect(await row(leader, '×3').textContent()).to.match(/部门领导审批.*剩/);
  });

  it('hears of a new task without being asked', async () => {
    third = await request(product, [{ itemId: item, quantity: 7 }]);
    await row(leader, '×7').waitFor();
    await leader.getByRole('link', { name: /3 项待办/ }).waitFor();
  });

  it('holds a decision back for ten seconds: nothing is decided, the next task is open, and one key takes it back', async () => {
    await leader.keyboard.press('a');
    await holding.waitFor();
    await leader.getByRole('heading', { level: 2, name: /×5/ }).waitFor();
    expect(await leader.evaluate('document.activeElement.textContent')).to.match(/×5/);
    expect(await leader.getByRole('status').filter({ hasText: /^10 秒后同意：.*按 z 撤销/ }).count()).to.equal(1);
    expect(await leader.getByText('共 2 项').count()).to.equal(1);
    await leader.getByRole('link', { name: /2 项待办/ }).waitFor();
    // Live news must not bring it back.
    const news = await request(product, [{ itemId: item, quantity: 9 }]);
    await row(leader, '×9').waitFor();
    expect(await row(leader, '×3').count()).to.equal(0);
    expect(await outcomeOf(first, 'department-leader')).to.equal(null);
    await leader.keyboard.press('z');
    await leader.getByRole('heading', { level: 2, name: /×3/ }).waitFor();
    await row(leader, '×3').waitFor();
    await (await product.as('requester')).post(`/processes/${news}/withdraw`, { reason: '不需要了' });
    await row(leader, '×9').waitFor({ state: 'hidden' });
    expect(await outcomeOf(first, 'department-leader')).to.equal(null);
  });

  it('approves by one key, says so in the same word, and opens the next task', async () => {
    await leader.keyboard.press('a');
    await holding.waitFor();
    await leader.getByRole('heading', { level: 2, name: /×5/ }).waitFor();
    await leader.getByRole('button', { name: '立即提交' }).click();
    await leader.getByText(/^已同意：/).waitFor();
    expect(await outcomeOf(first, 'department-leader')).to.equal('approved');
    expect(await row(leader, '×3').count()).to.equal(0);
  });

  it('asks for the reason of a refusal in place, and keeps what is typed while another task is looked at', async () => {
    await leader.keyboard.press('r');
    await leader.getByRole('button', { name: '拒绝', exact: true }).click();
    await leader.getByRole('alert').filter({ hasText: '请填写拒绝的原因' }).waitFor();
    await leader.getByLabel('拒绝的原因').fill('预算已用完');
    await row(leader, '×7').click();
    await leader.getByRole('heading', { level: 2, name: /×7/ }).waitFor();
    await row(leader, '×5').click();
    await leader.getByRole('heading', { level: 2, name: /×5/ }).waitFor();
    expect(await leader.getByLabel('意见（选填）').inputValue()).to.equal('预算已用完');
    await leader.getByRole('button', { name: '拒绝', exact: true }).click();
    await leader.getByRole('button', { name: '拒绝', exact: true }).click();
    await leader.getByRole('button', { name: '立即提交' }).click();
    await leader.getByText(/^已拒绝：/).waitFor();
    expect(await outcomeOf(second, 'department-leader')).to.equal('rejected');
  });

  it('keeps what was typed when the session has ended: log in in the dialog, and the decision goes through', async () => {
    await leader.getByRole('heading', { level: 2, name: /×7/ }).waitFor();
    await leader.getByLabel('意见（选填）').fill('同意，请尽快');
    await leader.context().clearCookies();
    await leader.getByRole('button', { name: '同意', exact: true }).click({ timeout: 2_000 }).catch(() => undefined);
    await leader.getByRole('button', { name: '立即提交' }).click({ timeout: 1_000 }).catch(() => undefined);
    // A live refresh may be the first to find that the session has ended; then the dialog is there before the click.
    const dialog = leader.getByRole('dialog', { name: '登录已过期' });
    await dialog.getByLabel('密码').fill('houqin-demo');
    await dialog.getByRole('button', { name: '登录' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const waits = leader.getByRole('button', { name: '同意', exact: true });
    if (await waits.count() > 0) {
      expect(await leader.getByLabel('意见（选填）').inputValue()).to.equal('同意，请尽快');
      await waits.click();
    }
    await leader.getByText('没有待办', { exact: true }).waitFor();
    await leader.getByRole('button', { name: '立即提交' }).click({ timeout: 1_000 }).catch(() => undefined);
    await eventually('the decision', async () => (await process(product, third)).timeline
      .some(({ text }: { text: string | null }) => text === '同意，请尽快'));
  });

  it('lets the director give fewer, with the reason beside the line, and says who was first where somebody was', async () => {
    await openTask(product, first, 'service-centre-director');
    await openTask(product, third, 'service-centre-director');
    const director = await browser.page({ allowed: /409/ });
    await logInAt(director, product.url, 'director', '/tasks');
    await row(director, '×3').click();
    await director.getByRole('button', { name: /^减少 测试物品/ }).click();
    await director.getByRole('button', { name: '同意', exact: true }).click();
    await director.getByRole('alert').filter({ hasText: '请填写减少的原因' }).waitFor();
    await director.getByPlaceholder('减少的原因').fill('库存紧张');
    await director.getByRole('button', { name: '同意', exact: true }).click();
    await director.getByRole('button', { name: '立即提交' }).click();
    await director.getByText(/^已同意：/).waitFor();
    await openTask(product, first, 'hand-over');

    await director.getByRole('heading', { level: 2, name: /×7/ }).waitFor();
    // The stream is cut, so that the page cannot know before it asks.
    await director.context().route('**/api/tasks/*', (route) => route.request().method() === 'GET' ? route.abort() : route.continue());
    await decide(product, third, 'service-centre-director', 'director', 'approved');
    await director.context().unroute('**/api/tasks/*');
    await director.keyboard.press('a');
    await director.getByRole('button', { name: '立即提交' }).click();
    const refusal = director.getByRole('alert').filter({ hasText: /^未能同意：.*周慧敏.*已.*办理.*同意/ });
    await refusal.waitFor();
    await refusal.getByRole('button', { name: '打开' }).click();
    await director.locator('#task-pane').getByText(/周慧敏.*已.*办理.*同意/).first().waitFor();
    await director.context().close();
  });

  it('shows the requester who holds it, urges once, says in words when again, and withdraws with a reason', async () => {
    const requester = await browser.page({ width: 390, height: 844, allowed: /429/ });
    await logInAt(requester, product.url, 'requester', '/processes');
    await requester.getByRole('link').filter({ hasText: '×7' }).click();
    await requester.getByText('柜台发放').first().waitFor();
    await requester.getByRole('button', { name: '催办' }).click();
    await requester.getByText(/^已催办，通知了 \d+ 人/).waitFor();
    await requester.getByRole('button', { name: '催办' }).click();
    await requester.getByText(/刚催办过，.*之后可再次催办/).waitFor();
    expect(await requester.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await requester.getByRole('button', { name: '撤回' }).click();
    const dialog = requester.getByRole('dialog', { name: '撤回申请' });
    await dialog.getByLabel('撤回的原因').fill('不需要了');
    await dialog.getByRole('button', { name: '撤回' }).click();
    await requester.getByText('已撤回', { exact: true }).waitFor();
    expect((await process(product, third)).outcome).to.equal('withdrawn');
    await requester.context().close();
  });

  it('sends what is held when the page goes, and when the inbox is left', async () => {
    const [one, two] = [await request(product, [{ itemId: item, quantity: 11 }]), await request(product, [{ itemId: item, quantity: 12 }])];
    for (const id of [one, two]) await openTask(product, id, 'department-leader');
    await row(leader, '×11').click();
    await leader.getByRole('heading', { level: 2, name: /×11/ }).waitFor();
    await leader.keyboard.press('a');
    await leader.getByRole('link', { name: '我的申请' }).click();
    await eventually('the first', async () => await outcomeOf(one, 'department-leader') === 'approved');
    await leader.getByRole('link', { name: /待办/ }).first().click();
    await leader.getByRole('heading', { level: 2, name: /×12/ }).waitFor();
    await leader.keyboard.press('a');
    await holding.waitFor();
    await leader.goto('about:blank');
    await eventually('the second', async () => await outcomeOf(two, 'department-leader') === 'approved');
  });

  it('breaks neither a script nor the content security policy on the way', () => {
    expect(browser.allComplaints()).to.deep.equal([]);
  });
});
