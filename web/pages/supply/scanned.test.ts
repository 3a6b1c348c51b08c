import { expect } from 'chai';
import { readScanned } from './scanned.ts';

describe('What is scanned or typed at the counter', () => {
  it('is the number of a request, however it is written', () => {
    const ways = ['LY261124-0004', 'ly261124-4', '261124-0004', '2611240004', 'LY2611240004', ' ＬＹ２６１１２４－０００４ ', 'LY261124—0004'];
    for (const way of ways) expect(readScanned(way), way).to.deep.equal({ number: 'LY261124-0004' });
    expect(readScanned('LY261124-12345')).to.deep.equal({ number: 'LY261124-12345' });
  });

  it('may be the end of a number, or a name', () => {
    expect(readScanned('4')).to.deep.equal({ ending: '-0004' });
    expect(readScanned('0023')).to.deep.equal({ ending: '-0023' });
    expect(readScanned(' 王薇 ')).to.deep.equal({ words: '王薇' });
    expect(readScanned('  ')).to.equal(undefined);
  });
});
