import { expect } from 'chai';
import { code128, code128Values } from './code-128.ts';

describe('The bar code of a number', () => {
  it('carries the check that the standard asks for', () => {
    expect(code128Values('Wikipedia')).to.deep.equal([104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106]);
  });

  it('has eleven modules a character, three bars each, and room on both sides', () => {
    const { bars, width } = code128('LY261124-0004');
    expect(width).to.equal(10 + 11 * (13 + 2) + 13 + 10);
    expect(bars).to.have.length(3 * 15 + 4);
    expect(bars[0]).to.deep.equal({ x: 10, width: 2 });
    expect(bars.at(-1)!.x + bars.at(-1)!.width).to.equal(width - 10);
  });

  it('refuses what it cannot write', () => {
    expect(() => code128('单')).to.throw(RangeError);
  });
});
