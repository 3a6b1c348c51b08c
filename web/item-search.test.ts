import { expect } from 'chai';
import { itemSearch } from './item-search.ts';
import type { Item } from './items.ts';

const item = (code: string, name: string, category: string): Item => ({
  id: `item-${code.toLowerCase()}`, code, name, category, unit: '个', specification: '', priceFen: 100, photo: null, location: '', minimum: 0,
  active: true, onHand: 1, reserved: 0, available: 1,
});

describe('Looking for an item', () => {
  const search = itemSearch([item('ZZ-001', 'A4 复印纸', '纸张本册'), item('DN-001', '鼠标', '电脑外设'), item('DN-002', '无线鼠标', '电脑外设')]);
  const found = (q: string, category: string | null = null) => search(q, category).map(({ name }) => name);

  it('goes by name, code, category or initials, and by every word', () => {
    expect(found('鼠标')).to.deep.equal(['鼠标', '无线鼠标']);
    expect(found('dn-002')).to.deep.equal(['无线鼠标']);
    expect(found('ｆｙｚ')).to.deep.equal(['A4 复印纸']);
    expect(found('wx 电脑')).to.deep.equal(['无线鼠标']);
    expect(found('钢笔')).to.deep.equal([]);
  });

  it('keeps to a category', () => {
    expect(found('', '纸张本册')).to.deep.equal(['A4 复印纸']);
  });
});
