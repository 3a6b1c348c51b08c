import { expect } from 'chai';
import { parseReply } from './reply.ts';

describe('the answer to an SMS', () => {
  const read = (text: string): string | undefined => {
    const reply = parseReply(text);
    return reply && `${reply.digit} ${reply.approves ? 'yes' : 'no'}`;
  };

  it('is two digits, however they are typed, with words after them', () => {
    for (const text of ['31', '３1', '３１', ' 31 ', '3 1', '31好', '31 好', '31同意', '31。', '“31”', '【31】同意', '31\n谢谢', '31, ok', '31 approve', '　31　']) {
      expect(read(text), text).to.equal('3 yes');
    }
    for (const text of ['30', '30拒绝', '30 不同意', '３０，不行', '30 no', '30 理由另告', '30 不好']) expect(read(text), text).to.equal('3 no');
    expect(read('11')).to.equal('1 yes');
    expect(read('90')).to.equal('9 no');
  });

  it('is none where anything may be meant', () => {
    for (const text of [
      '', '3', '1', '32', '01', '00', '310', '131', '3-1', '3/1', '3.1', '3月1日', '同意', '好31', 'yes', '31 30', '31，50', '31 不同意', '31 拒绝', '31 don’t',
      '30同意', '30 可以', '30 ok', '三一', '31 no', '31 ３', 'TD', '0031', '31\u00001 1',
    ]) expect(read(text), JSON.stringify(text)).to.equal(undefined);
  });
});
