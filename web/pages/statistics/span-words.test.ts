import { expect } from 'chai';
import { changeWords, shareWords, spanWords } from './span-words.ts';

describe('lengths and changes in words', () => {
  const HOUR = 3_600_000;

  it('says a length as people do', () => {
    expect([0, 1_400, 59_000, 90_000, HOUR, 3.55 * HOUR, 60 * HOUR].map((each) => spanWords(each)))
      .to.deep.equal(['0 秒', '1 秒', '59 秒', '2 分钟', '1 小时', '3.6 小时', '2.5 天']);
    expect(spanWords(null)).to.equal('—');
  });

  it('counts working time in working days', () => {
    expect([7 * HOUR, 8 * HOUR, 12 * HOUR].map((each) => spanWords(each, 8 * HOUR))).to.deep.equal(['7 小时', '1 个工作日', '1.5 个工作日']);
  });

  it('says how a number moved, and nothing where nothing was', () => {
    expect([changeWords(112, 100), changeWords(50, 100), changeWords(100, 100), changeWords(5, 0)]).to.deep.equal(['+12%', '−50%', '±0%', undefined]);
    expect([shareWords(17, 20), shareWords(0, 0)]).to.deep.equal(['85%', undefined]);
  });
});
