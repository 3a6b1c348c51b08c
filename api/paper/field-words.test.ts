import { expect } from 'chai';
import { z } from 'zod';
import { titled } from '../../workflows/lib/form.ts';
import { fieldWords } from './field-words.ts';

describe('what was filled in, in words', () => {
  it('has instants by the company’s clock, over midnight and over the year, too', () => {
    const schema = z.strictObject({ at: titled(z.iso.datetime().optional(), '到访时间', 'From'), clock: titled(z.string(), '每日自', 'Daily from') });
    const said = (at: string): string | undefined => fieldWords(schema, { at, clock: '08:30' }, {})[0]?.value.zh;
    expect(said('2026-11-28T06:00:00.000Z')).to.equal('11-28 14:00');
    expect(said('2026-12-31T16:05:00.000Z')).to.equal('01-01 00:05');
    expect(fieldWords(schema, { clock: '08:30' }, {}).map(({ value }) => value.zh)).to.eql(['08:30']);
  });
});
