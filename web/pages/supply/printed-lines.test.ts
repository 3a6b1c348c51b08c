import { expect } from 'chai';
import { printedLines } from './printed-lines.ts';

type Timeline = Parameters<typeof printedLines>[0]['timeline'];

const form = { purpose: '日常', lines: [{ itemId: 'a', quantity: 5 }, { itemId: 'b', quantity: 2, note: '红' }, { itemId: 'c', quantity: 1 }] };
const labels = { a: '甲', b: '乙', c: '丙' };

function happened(...entries: { action: string; step?: string; outcome?: string; detail: Record<string, unknown> }[]): Timeline {
  return entries.map(({ action, step = null, outcome = null, detail }, seq) => ({
    seq, at: '2026-11-24T00:00:00.000Z', actorKind: 'system', actor: null, action, taskId: null, step, stepTitle: null, outcome, text: null, detail,
  }));
}

const quantities = (timeline: Timeline) => printedLines({ form, labels, timeline })
  .map(({ name, requested, approved, issued }) => [name, requested, approved, issued]);

const lowered = {
  action: 'task-decided', step: 'service-centre-director', outcome: 'approved', detail: { facts: { lines: [{ itemId: 'a', quantity: 3 }, { itemId: 'c', quantity: 0 }] } },
};
const reserved = { action: 'stock-reserved', detail: {} };

describe('The lines of a requisition on paper', () => {
  it('say nothing yet of what is not decided', () => {
    expect(quantities(happened())).to.deep.equal([['甲', 5, null, null], ['乙', 2, null, null], ['丙', 1, null, null]]);
  });

  it('take the quantities that the director lowered, and add up what was issued in parts', () => {
    const issues = [[{ itemId: 'a', quantity: 1 }], [{ itemId: 'a', quantity: 2 }, { itemId: 'b', quantity: 1 }]]
      .map((issued) => ({ action: 'stock-issued', detail: { issued } }));
    expect(quantities(happened(lowered, reserved))).to.deep.equal([['甲', 5, 3, null], ['乙', 2, 2, null], ['丙', 1, 0, null]]);
    expect(quantities(happened(lowered, reserved, ...issues))).to.deep.equal([['甲', 5, 3, 3], ['乙', 2, 2, 1], ['丙', 1, 0, 0]]);
  });
});
