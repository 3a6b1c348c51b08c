import { expect } from 'chai';
import { demoPlaces } from '../db/seeds/demo-places.ts';
import { placeTree } from './place-list.ts';

const tree = placeTree(demoPlaces);
const found = (q: string): string[] => tree.search(q).map((place) => tree.fullName(place));

describe('Places that are looked for', () => {
  it('are found by name, English name, code and pinyin initials, letters left out too', () => {
    expect(found('综合楼 305')[0]).to.equal('综合楼 3层 305室');
    expect(found('zhl305')[0]).to.equal('综合楼 3层 305室');
    expect(found('ddd')).to.include('生产楼 2层 调度大厅 中央空调').and.to.have.property('0', '生产楼 2层 调度大厅');
    expect(found('dispatching hall')[0]).to.equal('生产楼 2层 调度大厅');
    const { code } = tree.byId.get('place-dorm-2-205')!;
    expect(found(code.toLowerCase())).to.deep.equal(['宿舍楼 2层 205室']);
    expect(found('305 宿舍')[0]).to.equal('宿舍楼 3层 305室');
    expect([found(''), found('  '), found('zzzz')]).to.deep.equal([[], [], []]);
  });

  it('have the likelier one first: what is called so before what stands in it', () => {
    expect(found('会议室').slice(0, 3)).to.deep.equal(['综合楼 3层 第一会议室', '综合楼 4层 第二会议室', '综合楼 5层 视频会议室']);
  });

  it('are known by their code however it is typed, and by what stands in them', () => {
    const room = tree.byId.get('place-main-3-305')!;
    expect(tree.byCode(` ${room.code.toLowerCase()} `)).to.equal(room);
    expect(tree.childrenOf(room.id).map(({ name }) => name)).to.deep.equal(['空调']);
    expect(tree.pathOf('place-main-3-305-ac').map(({ name }) => name)).to.deep.equal(['综合楼', '3层', '305室', '空调']);
  });
});
