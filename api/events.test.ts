import { expect } from 'chai';
import { startProduct, type Product } from '../test/product.ts';
import { eventually } from '../test/person.ts';
import { decide, makeItem, openTask, request } from '../test/requisition.ts';

interface Heard {
  events: { name: string; data: any }[];
  ended: boolean;
  stop(): void;
}

describe('the stream of events', function () {
  this.timeout(60_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });

  async function listen(username: string): Promise<Heard> {
    const { cookie } = await product.as(username);
    const aborting = new AbortController();
    const heard: Heard = { events: [], ended: false, stop: () => aborting.abort() };
    const response = await fetch(`${product.url}/api/events`, { headers: { cookie }, signal: aborting.signal });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
    void (async () => {
      let text = '';
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body!) {
          text += decoder.decode(chunk as Uint8Array, { stream: true });
          for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
            const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end))!;
            heard.events.push({ name: name!, data: JSON.parse(data!) });
            text = text.slice(end + 2);
          }
        }
      } catch {
        // Aborted by the test.
      }
      heard.ended = true;
    })();
    return heard;
  }
  const inboxes = (heard: Heard) => heard.events.filter(({ name }) => name === 'inbox').map(({ data }) => data);

  it('tells the leader of a new task and of its end, and nobody whom it does not concern', async () => {
    const [leader, stranger] = [await listen('leader'), await listen('leader2')];
    await eventually('first words', async () => inboxes(leader).length > 0 && inboxes(stranger).length > 0);
    const before = inboxes(leader)[0].open;
    const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
    const task = await openTask(product, id, 'department-leader');
    await eventually('news', async () => inboxes(leader).some(({ ids, open }) => ids.includes(task) && open === before + 1), 5);
    await decide(product, id, 'department-leader', 'leader', 'rejected', { comment: '不需要' });
    await eventually('the end', async () => inboxes(leader).at(-1).open === before, 5);
    expect(inboxes(stranger).every(({ ids }) => !ids.includes(task))).to.equal(true);
    leader.stop();
    stranger.stop();
  });

  it('tells the requester of a notice', async () => {
    const requester = await listen('requester');
    const unread = () => requester.events.filter(({ name }) => name === 'notice').at(-1)?.data.unread;
    const before = await eventually('first words', async () => (unread() === undefined ? undefined : { unread: unread() }));
    const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
    await decide(product, id, 'department-leader', 'leader', 'rejected', { comment: '不需要' });
    await eventually('notice', async () => unread() > before.unread, 5);
    requester.stop();
  });

  it('ends when the session has ended, and takes no stranger', async () => {
    expect((await fetch(`${product.url}/api/events`)).status).to.equal(401);
    const director = await listen('director');
    await eventually('first words', async () => inboxes(director).length > 0);
    await product.db('session').whereIn('person_id', product.db('person').select('id').where({ username: 'director' })).delete();
    await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]).then((id) =>
      decide(product, id, 'department-leader', 'leader', 'approved'));
    await eventually('the stream’s end', async () => director.ended, 10);
  });

  it('ends within five quiet seconds when the person is made inactive, and counts anew when a role is gone (S6)', async () => {
    const [leaver, keeper] = [await listen('requester2'), await listen('storekeeper')];
    await eventually('first words', async () => inboxes(leaver).length > 0 && inboxes(keeper).length > 0);
    const words = inboxes(keeper).length;
    const { id } = (await (await product.as('storekeeper')).get('/me')).body;
    await product.db('person_role').where({ person_id: id, role_id: 'storekeeper' }).delete();
    await product.db('person').where({ username: 'requester2' }).update({ active: false });
    await eventually('the stream’s end', async () => leaver.ended, 5);
    await eventually('a new count', async () => inboxes(keeper).length > words, 5);
    keeper.stop();
  });
});
