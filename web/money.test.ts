import { expect } from 'chai';
import { fenOf, yuan } from './money.ts';

describe('Money', () => {
  it('is shown in yuan with two decimals', () => {
    expect([0, 5, 3_900, 123_456_789].map(yuan)).to.deep.equal(['¥0.00', '¥0.05', '¥39.00', '¥1,234,567.89']);
  });

  it('is read as people type it, and is nothing else', () => {
    expect(['12', '12.5', '1,200.00', '１２．５０', ' ¥3 '].map(fenOf)).to.deep.equal([1_200, 1_250, 120_000, 1_250, 300]);
    expect(['', '-1', '1.005', 'x', '1.2.3'].map(fenOf)).to.deep.equal(Array(5).fill(undefined));
  });
});
