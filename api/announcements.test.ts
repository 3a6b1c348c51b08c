import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import type { Person } from '../test/person.ts';
import { walk } from '../test/walk.ts';

describe('Announcements', function () {
  this.timeout(30_000);
  let api: TestApi;
  let admin: Person;
  let reader: Person;

  before(async () => {
    api = await startApi();
    admin = await api.as('admin', ['process-administrator']);
    reader = await api.as('reader');
  });
  after(() => api?.stop());

  async function publish(title: string, more: object = {}): Promise<string> {
    const { body } = await admin.post('/admin/announcements', { title, body: `${title}。`, ...more });
    expect((await admin.post(`/admin/announcements/${body.id}/publish`)).body.state).to.equal('published');
    return body.id;
  }
  const titles = async () => (await reader.get('/announcements')).body.items.map(({ title }: any) => title);
  const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();

  it('are nobody’s to read before they are published, nor after they are withdrawn', async () => {
    const { status, body } = await admin.post('/admin/announcements', { title: '草稿', body: '第一行\n第二行 <b>不是标记</b>' });
    expect([status, body.state, body.author.name]).to.deep.equal([201, 'draft', '人 admin']);
    expect(await titles()).to.deep.equal([]);
    expect((await reader.get(`/announcements/${body.id}`)).status).to.equal(404);
    expect((await reader.post(`/announcements/${body.id}/read`)).status).to.equal(404);
    expect((await admin.post(`/admin/announcements/${body.id}/withdraw`)).body.code).to.equal('announcement-not-published');
    await admin.post(`/admin/announcements/${body.id}/publish`);
    expect((await reader.get(`/announcements/${body.id}`)).body).to.deep.include({ title: '草稿', body: '第一行\n第二行 <b>不是标记</b>', readAt: null });
    await admin.post(`/admin/announcements/${body.id}/withdraw`);
    expect(await titles()).to.deep.equal([]);
    const events = await api.database.db('audit_event').where({ object: body.id, refused: false }).orderBy('seq').select('action', 'actor_kind', 'detail');
    expect(events).to.deep.equal(['drafted', 'published', 'withdrawn'].map((what) => ({ action: `announcement-${what}`, actor_kind: 'administrator', detail: {} })));
  });

  it('come the important first, then the newest, page by page', async () => {
    for (const title of ['旧', '要紧', '新']) await publish(title, { important: title === '要紧' });
    expect(await titles()).to.deep.equal(['要紧', '新', '旧']);
    const { rows, totals } = await walk(reader, '/announcements?limit=1');
    expect(rows.map(({ title }) => title)).to.deep.equal(['要紧', '新', '旧']);
    expect(totals).to.deep.equal([3, 3, 3]);
    const written = await walk(admin, '/admin/announcements?limit=3');
    expect(written.rows).to.have.length(4);
  });

  it('are unread until each reader opens them, and anew when they are published again', async () => {
    const [first] = (await reader.get('/announcements')).body.items;
    expect((await reader.post(`/announcements/${first.id}/read`)).body).to.deep.equal({ unread: 2 });
    expect((await reader.post(`/announcements/${first.id}/read`)).body).to.deep.equal({ unread: 2 });
    expect((await reader.get(`/announcements/${first.id}`)).body.readAt).to.be.a('string');
    expect((await (await api.as('other')).get('/announcements')).body.unread).to.equal(3);
    expect((await admin.get('/admin/announcements')).body.items.find(({ id }: any) => id === first.id).readers).to.equal(1);
    await admin.patch(`/admin/announcements/${first.id}`, { body: '改了一个字。' });
    expect((await reader.get('/announcements')).body.unread).to.equal(2);
    await admin.post(`/admin/announcements/${first.id}/withdraw`);
    await admin.post(`/admin/announcements/${first.id}/publish`);
    expect((await reader.get('/announcements')).body.unread).to.equal(3);
  });

  it('are shown only between their instants', async () => {
    const before = (await titles()).length;
    await publish('还没到', { shownFrom: hours(1) });
    const soon = await publish('很快过去', { shownUntil: hours(1) });
    expect((await titles()).length).to.equal(before + 1);
    await api.database.db('announcement').where({ id: soon }).update({ shown_until: api.database.db.raw(`now() - interval '1 second'`) });
    expect((await titles()).length).to.equal(before);
    expect((await reader.get(`/announcements/${soon}`)).status).to.equal(404);
  });

  it('are refused beside their field', async () => {
    const good = { title: '题', body: '文' };
    const cases: [object, string][] = [
      [{ title: '' }, 'title'], [{ title: '两\n行' }, 'title'], [{ body: ' ' }, 'body'], [{ body: 'x'.repeat(5001) }, 'body'], [{ important: 'yes' }, 'important'],
      [{ shownFrom: hours(2), shownUntil: hours(1) }, 'shownUntil'], [{ shownUntil: 'morgen' }, 'shownUntil'], [{ shownFrom: '0001-01-01T00:00:00Z' }, 'shownFrom'],
      [{ state: 'published' }, 'state'], [{ createdBy: 'person-reader' }, 'createdBy'],
    ];
    for (const [wrong, field] of cases) {
      const { status, body } = await admin.post('/admin/announcements', { ...good, ...wrong });
      expect([status, body.errors?.[0].path], JSON.stringify(wrong)).to.deep.equal([400, field]);
    }
    const id = await publish('会改');
    expect((await admin.patch(`/admin/announcements/${id}`, { shownFrom: hours(2), shownUntil: hours(1) })).status).to.equal(400);
    await admin.patch(`/admin/announcements/${id}`, { shownFrom: hours(2) });
    expect((await admin.patch(`/admin/announcements/${id}`, { shownUntil: hours(1) })).status).to.equal(400);
  });

  it('take no cursor that is none', async () => {
    for (const keys of [['x'], [true, 'now', 'a'], [true, '2026-02-30 00:00:00+00', 'a'], [1, 2, 3]]) {
      const cursor = Buffer.from(JSON.stringify(keys)).toString('base64url');
      expect((await reader.get(`/announcements?cursor=${cursor}`)).status, cursor).to.equal(400);
      expect((await admin.get(`/admin/announcements?cursor=${cursor}`)).status, cursor).to.equal(400);
    }
  });
});
