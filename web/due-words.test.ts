import { expect } from 'chai';
import { dueWords } from './due-words.ts';

const now = new Date('2026-03-02T09:00:00+08:00');
const words = (instant: string, language: string) => dueWords(new Date(instant), now, language);

describe('A deadline in words', () => {
  it('counts whole days, hours and minutes ahead', () => {
    expect(words('2026-03-05T10:00:00+08:00', 'en')).to.deep.equal({ words: 'in 3 days', overdue: false });
    expect(words('2026-03-02T14:30:00+08:00', 'zh-CN')).to.deep.equal({ words: '5小时后', overdue: false });
    expect(words('2026-03-02T09:20:00+08:00', 'en')).to.deep.equal({ words: 'in 20 minutes', overdue: false });
  });

  it('says that it is past, even by seconds', () => {
    expect(words('2026-02-28T09:00:00+08:00', 'zh-CN')).to.deep.equal({ words: '2天前', overdue: true });
    expect(words('2026-03-02T08:59:40+08:00', 'en')).to.include({ overdue: true });
  });
});
