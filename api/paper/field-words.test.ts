import { expect } from 'chai';
import { z } from 'zod';
import { inUnit, instant, titled } from '../../workflows/lib/form.ts';
import { fieldWords } from './field-words.ts';

describe('what was filled in, in words', () => {
  it('has instants by the company’s clock, over midnight and over the year, too', () => {
    const schema = z.strictObject({ at: titled(z.iso.datetime().optional(), '到访时间', 'From'), clock: titled(z.string(), '每日自', 'Daily from') });
    const said = (at: string): string | undefined => fieldWords(schema, { at, clock: '08:30' })[0]?.value.zh;
    expect(said('2026-11-28T06:00:00.000Z')).to.equal('11-28 14:00');
    expect(said('2026-12-31T16:05:00.000Z')).to.equal('01-01 00:05');
    expect(fieldWords(schema, { clock: '08:30' }).map(({ value }) => value.zh)).to.eql(['08:30']);
  });

  it('has an instant of a form in the same way, a number with its unit, and what is referred to by its name in both languages', () => {
    const schema = z.strictObject({
      at: titled(instant(), '上门时间', 'When'), minutes: inUnit(titled(z.int(), '用时', 'Time spent'), '分钟', 'min'),
      placeId: titled(z.string(), '地点', 'Place'),
    });
    const filled = schema.parse({ at: '2026-11-28T14:00:00+08:00', minutes: 40, placeId: 'place-a' });
    expect(filled.at).to.equal('2026-11-28T06:00:00.000Z');
    expect(fieldWords(schema, filled, { labels: { 'place-a': { zh: '综合楼 3层', en: 'Main Building Floor 3' } } }).map(({ value }) => value)).to.eql([
      { zh: '11-28 14:00', en: '11-28 14:00' }, { zh: '40 分钟', en: '40 min' }, { zh: '综合楼 3层', en: 'Main Building Floor 3' },
    ]);
    expect(schema.safeParse({ ...filled, at: '1926-01-01T08:00:00Z' }).error?.issues.map(({ message }) => message)).to.eql(['instant.out-of-range']);
    expect(schema.safeParse({ ...filled, at: '2026-11-28 14:00' }).error?.issues.map(({ code }) => code)).to.eql(['invalid_format']);
  });
});
