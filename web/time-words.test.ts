import { expect } from 'chai';
import { language } from './texts.ts';
import { agoWords, clockWords, comingWords, dueWords } from './time-words.ts';

const now = new Date('2026-03-02T09:00:00+08:00');

describe('Times in words', () => {
  afterEach(() => { language.value = 'zh-CN'; });

  it('counts what is left of a deadline in its largest whole unit, and presses in its last hours', () => {
    expect(dueWords('2026-03-05T10:00:00+08:00', now)).to.deep.equal({ words: '剩 3 天', level: 'calm' });
    expect(dueWords('2026-03-02T11:30:00+08:00', now)).to.deep.equal({ words: '剩 2 小时', level: 'soon' });
  });

  it('says that a deadline is past, even by seconds', () => {
    expect(dueWords('2026-03-02T08:59:40+08:00', now)).to.deep.equal({ words: '已超时 1 分钟', level: 'overdue' });
    language.value = 'en';
    expect(dueWords('2026-02-28T09:00:00+08:00', now)).to.deep.equal({ words: 'overdue 2 d', level: 'overdue' });
  });

  it('names days by the company’s calendar, wherever the browser is', () => {
    expect(clockWords('2026-03-01T23:30:00Z', now)).to.equal('今天 07:30');
    expect(clockWords('2026-03-01T15:59:00Z', now)).to.equal('昨天 23:59');
    expect(clockWords('2026-03-02T16:00:00Z', now)).to.equal('明天 00:00');
    expect(clockWords('2026-02-20T02:05:00Z', now)).to.equal('2月20日 10:05');
    expect(clockWords('2025-12-31T02:05:00Z', now)).to.match(/^2025年12月31日 10:05$/);
  });

  it('names the weekday of what comes within six days', () => {
    expect(comingWords('2026-03-03T10:30:00+08:00', now)).to.equal('明天 10:30');
    expect(comingWords('2026-03-05T10:30:00+08:00', now)).to.equal('周四 10:30');
    expect(comingWords('2026-03-09T10:30:00+08:00', now)).to.equal('3月9日 10:30');
    language.value = 'en';
    expect(comingWords('2026-03-05T10:30:00+08:00', now)).to.equal('Thu 10:30');
  });

  it('speaks of minutes and hours while that is easier to grasp than the clock', () => {
    expect(agoWords('2026-03-02T08:59:30+08:00', now)).to.equal('刚刚');
    expect(agoWords('2026-03-02T08:20:00+08:00', now)).to.equal('40 分钟前');
    expect(agoWords('2026-03-02T06:00:00+08:00', now)).to.equal('3 小时前');
    expect(agoWords('2026-03-01T18:00:00+08:00', now)).to.equal('昨天 18:00');
  });
});
