import { expect } from 'chai';
import fc from 'fast-check';
import { durationPattern, durationToMilliseconds, parseDuration } from './duration.ts';
import { durationSchema } from './duration-schema.ts';

describe('a duration', () => {
  it('is read from ISO 8601 text', () => {
    expect(parseDuration('P3D')).to.deep.equal({ days: 3, hours: 0, minutes: 0, seconds: 0 });
    expect(parseDuration('PT4H')).to.deep.equal({ days: 0, hours: 4, minutes: 0, seconds: 0 });
    expect(parseDuration('P1DT2H3M4S')).to.deep.equal({ days: 1, hours: 2, minutes: 3, seconds: 4 });
    expect(parseDuration('PT90M')).to.deep.equal({ days: 0, hours: 0, minutes: 90, seconds: 0 });
    expect(parseDuration('P3660D').days).to.equal(3660);
    expect(durationToMilliseconds(parseDuration('P1DT1S'))).to.equal(86_401_000);
  });

  for (const text of [
    '', 'P', 'PT', 'P1DT', '1D', 'P-1D', '-P1D', 'P1.5D', 'P1W', 'P1M', 'P1Y', 'PT1D', 'P1H', 'PT1S1M', 'p1d', ' P1D',
    'P1D\n', 'P１D', 'P9999999999D', 'P0D', 'PT0S', 'P3661D', 'P3660DT1S', 'PT87841H',
  ]) {
    it(`refuses ${JSON.stringify(text)} with a sentence, and as input with a key`, () => {
      expect(() => parseDuration(text)).to.throw(RangeError, /^A duration is .*\.$/);
      const { error } = durationSchema.safeParse(text);
      expect(error?.issues.map(({ message }) => message)).to.have.length(1);
      expect(error?.issues[0]?.message).to.match(/^duration\.(invalid|out-of-range)$/);
    });
  }

  it('is accepted as input exactly when it can be read', () => {
    const nearly = fc.stringMatching(/^P?(\d{0,5}D)?T?(\d{0,6}H)?(\d{0,6}M)?(\d{0,9}S)?$/);
    fc.assert(fc.property(fc.oneof(nearly, fc.stringMatching(durationPattern), fc.string()), (text) => {
      let readable = true;
      try {
        parseDuration(text);
      } catch (error) {
        expect(error).to.be.instanceOf(RangeError);
        readable = false;
      }
      expect(durationSchema.safeParse(text).success).to.equal(readable);
    }), { numRuns: 1000 });
  });
});
