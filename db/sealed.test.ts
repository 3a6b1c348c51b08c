import { expect } from 'chai';
import fc from 'fast-check';
import { createSeal } from './sealed.ts';

const seal = createSeal('a secret of more than thirty-two characters');

describe('sealed values', () => {
  it('open to what they were, for their own place only, and never look alike', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = seal.seal(text, 'sms.phone');
      expect(seal.open(sealed, 'sms.phone')).to.equal(text);
      expect(sealed.equals(seal.seal(text, 'sms.phone'))).to.equal(false);
      expect(() => seal.open(sealed, 'sms.params')).to.throw();
    }));
  });

  it('refuse a value of which one bit was changed', () => {
    const sealed = seal.seal('+8613800000000', 'sms.phone');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => seal.open(changed, 'sms.phone'), `byte ${at}`).to.throw();
    }
  });

  it('are found by an index that differs by place and by secret', () => {
    const other = createSeal('another secret of more than thirty-two characters');
    const index = seal.index('+8613800000000', 'sms.phone');
    expect(index.equals(seal.index('+8613800000000', 'sms.phone'))).to.equal(true);
    expect(index.equals(seal.index('+8613800000001', 'sms.phone'))).to.equal(false);
    expect(index.equals(seal.index('+8613800000000', 'visit.phone'))).to.equal(false);
    expect(index.equals(other.index('+8613800000000', 'sms.phone'))).to.equal(false);
  });

  it('are found by a later secret that has the earlier one behind it, and by no other', () => {
    const [before, other] = [seal.index('+8613800000000', 'sms.phone'), seal.index('+8613800000001', 'sms.phone')];
    const later = createSeal('a new secret of more than thirty-two letters', 'a secret of more than thirty-two characters');
    const [now, ...earlier] = later.indexes('+8613800000000', 'sms.phone');
    expect([now!.equals(later.index('+8613800000000', 'sms.phone')), now!.equals(before), earlier.map((each) => each.equals(before))]).to.eql([true, false, [true]]);
    expect([before, now!, other, Buffer.alloc(0)].map((each) => later.isIndexOf(each, '+8613800000000', 'sms.phone'))).to.eql([true, true, false, false]);
    expect(later.isIndexOf(before, '+8613800000000', 'visit.phone')).to.equal(false);
    expect(createSeal('a new secret of more than thirty-two letters').isIndexOf(before, '+8613800000000', 'sms.phone')).to.equal(false);
  });

  it('are opened by a later secret that has the earlier one behind it, and by no other', () => {
    const sealed = seal.seal('+8613800000000', 'sms.phone');
    const later = createSeal('a new secret of more than thirty-two letters', 'a secret of more than thirty-two characters');
    expect(later.open(sealed, 'sms.phone')).to.equal('+8613800000000');
    const without = createSeal('a new secret of more than thirty-two letters');
    expect(() => without.open(sealed, 'sms.phone')).to.throw('HOUQIN_EARLIER_SECRETS');
  });
});
