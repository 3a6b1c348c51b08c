import { expect } from 'chai';
import { findPlace } from '../../db/queries/places.ts';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { startApi, type TestApi } from '../../test/api.ts';
import { addCheckUp, CHECK_UP } from '../../test/check-up.ts';
import type { Answer, Person } from '../../test/person.ts';
import { putTask } from '../../test/prepared.ts';

const ROOM = 'place-main-3-305';

describe('places over HTTP', function () {
  this.timeout(60_000);
  let api: TestApi;
  let admin: Person;
  let requester: Person;
  let removeCheckUp: () => void;

  before(async () => {
    removeCheckUp = addCheckUp();
    api = await startApi();
    await seedDemoCompany(api.database.url);
    [admin, requester] = await Promise.all([api.as('admin'), api.as('requester')]);
  });
  after(async () => {
    removeCheckUp();
    await api?.stop();
  });

  const fields = ({ body }: Answer): string[] => (body.errors ?? []).map(({ path }: { path: string }) => path);

  /** What somebody who reads English is answered. */
  async function english(person: Person, ask: () => Promise<Answer>): Promise<Answer> {
    await person.patch('/me', { locale: 'en' });
    try {
      return await ask();
    } finally {
      await person.patch('/me', { locale: 'zh-CN' });
    }
  }

  async function made(body: object): Promise<any> {
    const answer = await admin.post('/admin/places', body);
    if (answer.status !== 201) throw new Error(`place: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  describe('the tree', () => {
    it('has each place after the one that it stands in, in its order, and those in use only for everybody', async () => {
      const { items } = (await requester.get('/places')).body;
      const seen = new Set<string | null>([null]);
      for (const { id, parentId } of items) {
        expect(seen, id).to.include(parentId);
        seen.add(id);
      }
      expect(items.filter(({ kind }: { kind: string }) => kind === 'building').map(({ name }: { name: string }) => name)).to.deep.equal(['综合楼', '生产楼', '宿舍楼']);
      expect(items.find(({ id }: { id: string }) => id === ROOM)).to.include({ name: '305室', nameEn: 'Room 305', parentId: 'place-main-3' });

      const floor = await made({ kind: 'floor', parentId: 'place-dorm', name: '4层' });
      const room = await made({ kind: 'room', parentId: floor.id, name: '401室' });
      expect((await admin.patch(`/admin/places/${floor.id}`, { active: false })).body).to.include({ active: false });
      const ids = (await requester.get('/places')).body.items.map(({ id }: { id: string }) => id);
      expect(ids).to.not.include(floor.id);
      expect(ids, 'below a floor that is not in use').to.not.include(room.id);
      const all = (await admin.get('/admin/places')).body;
      expect(all.items.find(({ id }: { id: string }) => id === room.id)).to.include({ active: true });
      expect(all.publicUrl).to.match(/^http/);
    });

    it('is found by code, with its whole name and its building', async () => {
      const { code } = (await requester.get('/places')).body.items.find(({ id }: { id: string }) => id === 'place-main-3-305-ac');
      expect(await findPlace(api.database.db, { code })).to.deep.equal({
        id: 'place-main-3-305-ac', kind: 'device', code, active: true, buildingId: 'place-main',
        fullName: { zh: '综合楼 3层 305室 空调', en: 'Main Building Floor 3 Room 305 Air conditioner' },
      });
      expect(await findPlace(api.database.db, { code: 'ZZZZZZ' })).to.equal(undefined);
    });

    it('gives each new place a code of its own, without letters that are mistaken', async () => {
      const parent = await made({ kind: 'building', parentId: null, name: '编码楼' });
      const codes: string[] = [];
      for (let n = 1; n <= 30; n += 1) codes.push((await made({ kind: 'room', parentId: parent.id, name: `${n}室` })).code);
      expect(new Set(codes)).to.have.property('size', 30);
      for (const code of codes) expect(code).to.match(/^[2-9A-HJ-NP-Z]{6}$/);
      const { db } = api.database;
      const twice = await db('place').insert({ id: 'place-twice', kind: 'building', name: '重复', code: codes[0] }).catch((error: { code: string }) => error.code);
      expect(twice, 'unique_violation').to.equal('23505');
      const changed = await db('place').where({ code: codes[0] }).update({ code: 'ZZZZZZ' }).catch((error: { constraint: string }) => error.constraint);
      expect(changed, 'a code that is on the wall').to.equal('place_stays');
    });
  });

  describe('changing', () => {
    it('renames, and keeps who did it and what it was', async () => {
      const room = await made({ kind: 'room', parentId: 'place-main-2', name: '旧名', nameEn: 'Old' });
      expect((await admin.patch(`/admin/places/${room.id}`, { name: '新名', nameEn: 'New' })).body).to.include({ name: '新名', nameEn: 'New', code: room.code });
      const event = await api.database.db('audit_event').where({ object: `place:${room.id}`, action: 'place-changed' }).first();
      expect(event).to.include({ actor_kind: 'administrator', actor_id: 'person-deng-zihan' });
      expect(event.detail).to.deep.equal({ changes: { name: { from: '旧名', to: '新名' }, nameEn: { from: 'Old', to: 'New' } } });
    });

    it('moves among siblings and to another place', async () => {
      const order = async (): Promise<string[]> => (await admin.get('/admin/places')).body.items
        .filter(({ parentId }: { parentId: string }) => parentId === null).slice(0, 3).map(({ name }: { name: string }) => name);
      expect((await admin.patch('/admin/places/place-dorm', { position: 0 })).status).to.equal(200);
      expect(await order()).to.deep.equal(['宿舍楼', '综合楼', '生产楼']);
      expect((await admin.patch('/admin/places/place-dorm', { position: 2 })).status).to.equal(200);
      expect(await order()).to.deep.equal(['综合楼', '生产楼', '宿舍楼']);
      const device = await made({ kind: 'device', parentId: ROOM, name: '加湿器' });
      expect((await admin.patch(`/admin/places/${device.id}`, { parentId: 'place-works-2' })).status).to.equal(200);
      expect((await findPlace(api.database.db, { id: device.id }))?.fullName.zh).to.equal('生产楼 2层 加湿器');
    });

    for (const [what, body, field] of [
      ['a floor without a building', { kind: 'floor', parentId: null, name: '1层' }, 'parentId'],
      ['a building in a building', { kind: 'building', parentId: 'place-main', name: '楼' }, 'parentId'],
      ['a room in a room', { kind: 'room', parentId: ROOM, name: '室' }, 'parentId'],
      ['a device in a device', { kind: 'device', parentId: 'place-main-lift-1', name: '灯' }, 'parentId'],
      ['a place that is not there', { kind: 'room', parentId: 'place-none', name: '室' }, 'parentId'],
      ['no name', { kind: 'building', parentId: null, name: ' ' }, 'name'],
      ['two lines of name', { kind: 'building', parentId: null, name: '甲\n乙' }, 'name'],
      ['a kind that there is not', { kind: 'desk', parentId: ROOM, name: '桌' }, 'kind'],
      ['a code of one’s own', { kind: 'building', parentId: null, name: '甲', code: 'ABCDEF' }, 'code'],
    ] as const) {
      it(`refuses ${what}, naming ${field}`, async () => {
        const answer = await admin.post('/admin/places', body);
        expect([answer.status, fields(answer)]).to.deep.equal([400, [field]]);
      });
    }

    it('refuses a second name in the same place, unless one of the two is out of use', async () => {
      const taken = await admin.post('/admin/places', { kind: 'room', parentId: 'place-main-3', name: '305室' });
      expect([taken.status, taken.body.code, fields(taken)]).to.deep.equal([409, 'place-name-taken', ['name']]);
      const old = await made({ kind: 'device', parentId: ROOM, name: '电视' });
      expect((await admin.patch(`/admin/places/${old.id}`, { active: false })).status).to.equal(200);
      await made({ kind: 'device', parentId: ROOM, name: '电视' });
      expect((await admin.patch(`/admin/places/${old.id}`, { active: true })).body.code).to.equal('place-name-taken');
    });

    it('is for administrators and dispatchers alone', async () => {
      for (const who of ['requester', 'storekeeper', 'auditor', 'director']) {
        const person = await api.as(who);
        expect((await person.get('/admin/places')).status, who).to.equal(403);
        expect((await person.get('/admin/places.csv')).status, who).to.equal(403);
        expect((await person.post('/admin/places', { kind: 'building', parentId: null, name: '楼' })).status, who).to.equal(403);
        expect((await person.patch(`/admin/places/${ROOM}`, { active: false })).status, who).to.equal(403);
        expect((await person.post('/admin/places/import', { csv: '楼栋\n楼' })).status, who).to.equal(403);
      }
      await api.database.db('role').insert({ id: 'dispatcher', name: '派单员', name_en: 'Dispatcher' }).onConflict('id').ignore();
      const dispatcher = await api.as('paidan', ['dispatcher']);
      expect((await dispatcher.patch(`/admin/places/${ROOM}`, { nameEn: 'Room 305' })).status).to.equal(200);
    });
  });

  describe('an import', () => {
    const load = (csv: string, dryRun = false): Promise<Answer> => admin.post('/admin/places/import', { csv, dryRun });

    it('makes what is missing, what stands above it too, and counts without doing it at first', async () => {
      const csv = '楼栋,楼层,房间,设备,英文名称\n检修楼,2层,201室,,Room 201\n检修楼,2层,201室,空调,Air conditioner\n检修楼,,,,Repair Building\n检修楼,,,电梯,\n';
      expect((await load(csv, true)).body).to.deep.equal({ created: 5, updated: 0, unchanged: 0, dryRun: true });
      expect(await api.database.db('place').where({ name: '检修楼' })).to.deep.equal([]);
      expect((await load(csv)).body).to.deep.equal({ created: 5, updated: 0, unchanged: 0, dryRun: false });
      const found = await api.database.db('place_path').whereLike('full_name', '检修楼%').orderBy('full_name').pluck('full_name_en');
      expect(found).to.have.members([
        'Repair Building', 'Repair Building 2层', 'Repair Building 2层 Room 201', 'Repair Building 2层 Room 201 Air conditioner', 'Repair Building 电梯',
      ]);
      expect((await load(csv)).body).to.deep.include({ created: 0, updated: 0, unchanged: 4 });
    });

    it('reads what the export writes, and changes by code: a name, where it stands, in use or not', async () => {
      const csv = await (await fetch(`${api.url}/api/admin/places.csv`, { headers: { cookie: admin.cookie } })).text();
      const all = (await admin.get('/admin/places')).body.items.length;
      expect((await load(csv)).body).to.include({ created: 0, updated: 0, unchanged: all });
      const { code } = (await findPlace(api.database.db, { id: 'place-dorm-2-205' }))!;
      expect((await load(`编码,楼栋,楼层,房间,启用\n${code.toLowerCase()},宿舍楼,3层,205室（旧）,否\n`)).body).to.include({ created: 0, updated: 1 });
      expect(await findPlace(api.database.db, { code })).to.deep.include({ id: 'place-dorm-2-205', active: false, fullName: { zh: '宿舍楼 3层 205室（旧）', en: 'Dormitory Floor 3 Room 205' } });
    });

    it('keeps a code that a new place brings, and gives a name from one to the other', async () => {
      expect((await load('Building,Room,Code\n门卫,值班,ABCDEF\n门卫,传达,ABCDEG\n')).body).to.include({ created: 3 });
      expect((await load('Building,Room,Code\n门卫,休息,ABCDEF\n门卫,值班,ABCDEG\n')).body).to.include({ created: 0, updated: 2 });
      expect((await findPlace(api.database.db, { code: 'ABCDEG' }))?.fullName.zh).to.equal('门卫 值班');
    });

    it('moves a place that is known by its code to where a new one is', async () => {
      expect((await load('Building,Floor,Room,Code\n搬出楼,1层,传达,ABCDEN\n')).body).to.include({ created: 3 });
      expect((await load('Building,Floor,Room,Code\n迁入楼,1层,传达,ABCDEN\n')).body).to.include({ created: 2, updated: 1 });
      expect((await findPlace(api.database.db, { code: 'ABCDEN' }))?.fullName.zh).to.equal('迁入楼 1层 传达');
    });

    for (const [what, csv, paths] of [
      ['an unknown column', '楼栋,面积\n甲,3\n', ['line 1, 面积']],
      ['no building column', '楼层\n1层\n', ['line 1, 楼栋']],
      ['no building', '楼栋,房间\n,101\n', ['line 2, 楼栋']],
      ['a code with letters that are mistaken', '楼栋,编码\n甲,O00000\n', ['line 2, 编码']],
      ['a line twice', '楼栋,房间\n甲,1\n甲,1\n', ['line 3, 房间']],
      ['a code twice', '楼栋,编码\n甲,ABCDEH\n乙,ABCDEH\n', ['line 3, 编码']],
      ['another code for a place that has one', '楼栋,楼层,房间,编码\n综合楼,3层,306室,ABCDEJ\n', ['line 2, 编码']],
      ['yes or no that is neither', '楼栋,启用\n甲,也许\n', ['line 2, 启用']],
      ['nothing', '楼栋\n', ['line 2']],
    ] as const) {
      it(`refuses ${what}, with line and column, and imports nothing of it`, async () => {
        const before = await api.database.db('place').count('* as n').first();
        const answer = await load(`${csv}`);
        expect([answer.status, fields(answer)]).to.deep.equal([400, [...paths]]);
        expect(await api.database.db('place').count('* as n').first()).to.deep.equal(before);
      });
    }

    it('refuses a code of another kind, in both languages', async () => {
      const { code } = (await findPlace(api.database.db, { id: 'place-main-lift-1' }))!;
      const answer = await english(admin, () => load(`Building,Room,Code\n综合楼,电梯间,${code}\n`));
      expect(answer.body.errors).to.deep.equal([{ in: 'body', path: 'line 2, Code', message: `${code} is a place of another kind: please check.` }]);
    });
  });

  describe('a form that refers to one', () => {
    const start = (form: object): Promise<Answer> => requester.post('/processes', { type: CHECK_UP, form });

    it('is titled with the whole name, and names it in the reader’s language', async () => {
      const { status, body } = await start({ placeId: ROOM, words: '灯不亮', at: '2026-12-01T14:00:00+08:00' });
      expect([status, body.title]).to.deep.equal([201, '综合楼 3层 305室 灯不亮']);
      const { form, labels } = (await requester.get(`/processes/${body.id}`)).body;
      expect(form.at).to.equal('2026-12-01T06:00:00.000Z');
      expect(labels).to.deep.equal({ [ROOM]: '综合楼 3层 305室' });
      expect((await english(requester, () => requester.get(`/processes/${body.id}`))).body.labels).to.deep.equal({ [ROOM]: 'Main Building Floor 3 Room 305' });
      const words = (await requester.get(`/processes/${body.id}/paper`)).body.fields.map(({ value }: { value: object }) => value);
      expect(words).to.deep.include.members([{ zh: '综合楼 3层 305室', en: 'Main Building Floor 3 Room 305' }, { zh: '12-01 14:00', en: '12-01 14:00' }]);
    });

    it('tells the page what the field refers to', async () => {
      const { formSchema, steps } = (await requester.get('/process-types')).body.items.find(({ type }: { type: string }) => type === CHECK_UP);
      expect(formSchema.properties.placeId).to.include({ type: 'string', 'x-reference': 'place' });
      expect(formSchema.properties.at).to.include({ 'x-kind': 'instant', format: 'date-time' });
      expect(steps[0].decisionSchemas.done.properties.parts.items.properties.itemId).to.include({ 'x-reference': 'item' });
      expect(steps[0].decisionSchemas.done.properties.minutes['x-unit']).to.deep.equal({ zh: '分钟', en: 'min' });
    });

    it('is refused for a place that is not there or not in use, above it too, naming the field', async () => {
      const gone = await made({ kind: 'room', parentId: 'place-main-4', name: '拆除' });
      await admin.patch(`/admin/places/${gone.id}`, { active: false });
      const building = await made({ kind: 'building', parentId: null, name: '旧楼' });
      const inside = await made({ kind: 'room', parentId: building.id, name: '1室' });
      await admin.patch(`/admin/places/${building.id}`, { active: false });
      for (const [placeId, words] of [['place-none', '不存在'], [gone.id, '已停用'], [inside.id, '已停用']]) {
        const answer = await start({ placeId, words: '灯不亮' });
        expect([answer.status, fields(answer)], placeId).to.deep.equal([400, ['form.placeId']]);
        expect(answer.body.errors[0].message).to.include(words);
      }
    });

    it('is decided with instants, minutes and parts, which are checked and named like what the form has', async () => {
      const { id } = (await start({ placeId: ROOM, words: '水龙头漏水' })).body;
      const task = await putTask(api.database.db, id, 'visit', 1, undefined, CHECK_UP);
      const keeper = await api.as('storekeeper');
      const decide = (data: object): Promise<Answer> => keeper.post(`/tasks/${task}/decision`, { outcome: 'done', data });
      const parts = [{ itemId: 'item-clear-tape', quantity: 2 }, { itemId: 'item-none', quantity: 1 }];
      const refused = await decide({ minutes: 40, parts });
      expect([refused.status, fields(refused)]).to.deep.equal([400, ['data.parts.1.itemId']]);
      expect(fields(await decide({ minutes: 40, arrivedAt: '昨天' }))).to.deep.equal(['data.arrivedAt']);
      expect((await decide({ minutes: 40, arrivedAt: '2026-12-01T15:00:00+08:00', parts: parts.slice(0, 1) })).status).to.equal(200);
      const { labels, steps } = (await requester.get(`/processes/${id}`)).body;
      expect(labels).to.deep.equal({ [ROOM]: '综合楼 3层 305室', 'item-clear-tape': '透明胶带' });
      expect(steps[0].data).to.deep.equal({ minutes: 40, arrivedAt: '2026-12-01T07:00:00.000Z', parts: [{ itemId: 'item-clear-tape', quantity: 2 }] });
      const paper = (await requester.get(`/processes/${id}/paper`)).body.approvals[0].data;
      expect(paper.map(({ value }: { value: { zh: string } }) => value.zh)).to.deep.equal(['12-01 15:00', '40 分钟', '透明胶带 ×2']);
    });
  });
});
