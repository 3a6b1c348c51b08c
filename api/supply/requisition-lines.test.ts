import { expect } from 'chai';
import { countLines, type Story } from './requisition-lines.ts';

const form = { purpose: '日常', lines: [{ itemId: 'a', quantity: 5 }, { itemId: 'b', quantity: 2, note: '红' }, { itemId: 'c', quantity: 1 }] };
const items = new Map(['a', 'b', 'c'].map((id, i) => [
  id, { id, code: `K-${id}`, name: `物${id}`, specification: '', unit: '个', price_fen: 100 * (i + 1), available: 10 * i },
]));
const lowered = {
  outcome: 'approved', data: { lines: [{ itemId: 'a', quantity: 4, reason: '库存紧张' }, { itemId: 'c', quantity: 0, reason: '不发' }] },
};
const reserved = {
  action: 'stock-reserved', detail: { reserved: [{ itemId: 'a', quantity: 3 }, { itemId: 'b', quantity: 2 }], shortage: [{ itemId: 'a', missing: 1 }] },
};

const count = (story: Partial<Story>) => countLines({ form, tasks: [], entries: [], ...story }, items);
const quantities = (story: Partial<Story>) => count(story).lines.map(({ requested, approved, missing, issued }) => [requested, approved, missing, issued]);

describe('The lines of a requisition', () => {
  it('say nothing yet of what is not decided', () => {
    expect(quantities({})).to.deep.equal([[5, null, null, null], [2, null, null, null], [1, null, null, null]]);
    const nothing = { action: 'stock-reserved', detail: { reserved: [], shortage: [{ itemId: 'a', missing: 5 }] } };
    expect(quantities({ entries: [nothing] })[0]).to.deep.equal([5, null, null, null]);
    expect(count({}).amountFen).to.equal(5 * 100 + 2 * 200 + 300);
  });

  it('take what the director lowered, with the reason, and what is short', () => {
    const { lines, ...sums } = count({ tasks: [lowered], entries: [reserved] });
    expect(lines.map(({ approved, missing, reason }) => [approved, missing, reason]))
      .to.deep.equal([[4, 1, '库存紧张'], [2, 0, null], [0, 0, '不发']]);
    expect(sums).to.deep.equal({ requested: 8, approved: 6, missing: 1, issued: null, amountFen: 4 * 100 + 2 * 200 });
  });

  it('add up what was issued in parts', () => {
    const issues = [[{ itemId: 'a', quantity: 1 }], [{ itemId: 'a', quantity: 2 }, { itemId: 'b', quantity: 1 }]]
      .map((issued) => ({ action: 'stock-issued', detail: { issued } }));
    const { lines, issued } = count({ tasks: [lowered], entries: [reserved, ...issues] });
    expect(lines.map((line) => line.issued)).to.deep.equal([3, 1, 0]);
    expect(issued).to.equal(4);
  });
});
