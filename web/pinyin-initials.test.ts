import { expect } from 'chai';
import { pinyinInitials } from './pinyin-initials.ts';

describe('The initials of a Chinese name', () => {
  it('are what people type for it', () => {
    const names = ['A4 复印纸', '鼠标', '中性笔（黑）', '安全帽', '便利贴', '单片文件夹', 'U盘（加密）', '洗手液', '抽纸', '透明胶带'];
    expect(names.map(pinyinInitials)).to.deep.equal([
      'a4fyz', 'sb', 'zxbh', 'aqm', 'blt', 'dpwjj', 'upjm', 'xsy', 'cz', 'tmjd',
    ]);
  });

  it('know every letter that a syllable starts with', () => {
    const words = '安不才的额方个好家看来没你哦怕去人三他我想要在';
    expect(pinyinInitials(words)).to.equal('abcdefghjklmnopqrstwxyz');
    expect(pinyinInitials('澳布错多饿富国或军括路木弄偶破群弱所脱误讯孕做')).to.equal('abcdefghjklmnopqrstwxyz');
  });
});
