import { expect } from 'chai';
import fc from 'fast-check';
import { defaultCalendar } from './calendar-2026.ts';
import { computeDeadlines } from './deadlines.ts';
import { timeoutPolicySchema, timeoutPolicySchemaFor } from './timeout-policy-schema.ts';

const policy = {
  clock: 'business',
  due: 'P2D',
  remind: { after: 'P1D', every: 'PT4H', times: 3 },
  escalate: { after: 'P3D' },
  expire: { after: 'P7D', outcome: 'rejected' },
};

const refusals: [name: string, change: object, path: string][] = [
  ['an unknown clock', { clock: 'lunar' }, 'clock'],
  ['a missing field', { due: undefined }, 'due'],
  ['a malformed due time', { due: '2 days' }, 'due'],
  ['reminders every zero minutes', { remind: { ...policy.remind, every: 'PT0M' } }, 'remind.every'],
  ['a malformed first reminder', { remind: { ...policy.remind, after: 1 } }, 'remind.after'],
  ['21 reminders', { remind: { ...policy.remind, times: 21 } }, 'remind.times'],
  ['half a reminder', { remind: { ...policy.remind, times: 0.5 } }, 'remind.times'],
  ['minus one reminder', { remind: { ...policy.remind, times: -1 } }, 'remind.times'],
  ['a last reminder after ten years', { remind: { after: 'P1D', every: 'P400D', times: 20 } }, 'remind.every'],
  ['an escalation without its time', { escalate: {} }, 'escalate.after'],
  ['an expiry of eleven years', { expire: { after: 'P4000D', outcome: 'rejected' } }, 'expire.after'],
  ['an expiry without an outcome', { expire: { after: 'P7D' } }, 'expire.outcome'],
  ['an outcome that is no word', { expire: { after: 'P7D', outcome: 'Rejected; DROP' } }, 'expire.outcome'],
  ['an outcome that the step does not have', { expire: { after: 'P7D', outcome: 'issued' } }, 'expire.outcome'],
];

describe('a timeout policy as input', () => {
  const schema = timeoutPolicySchemaFor(['approved', 'rejected', 'returned', 'hand-over']);

  it('is accepted, with null for what is not wanted', () => {
    expect(schema.parse(policy)).to.deep.equal(policy);
    const superior = { ...policy, expire: { after: 'P7D', outcome: 'hand-over' } };
    expect(schema.parse(superior)).to.deep.equal(superior);
    expect(timeoutPolicySchemaFor(['expired']).safeParse(superior).success).to.equal(false);
    const bare = { clock: 'wall', due: null, remind: null, escalate: null, expire: null };
    expect(timeoutPolicySchema.parse(bare)).to.deep.equal(bare);
  });

  for (const [name, change, path] of refusals) {
    it(`refuses ${name}, naming ${path}`, () => {
      const { error } = schema.safeParse({ ...policy, ...change });
      expect(error?.issues.map((issue) => issue.path.join('.'))).to.deep.equal([path]);
    });
  }

  it('refuses unknown fields by name, at every depth', () => {
    expect(schema.safeParse({ ...policy, retries: 3 }).error?.issues[0]?.message).to.include('retries');
    const nested = schema.safeParse({ ...policy, remind: { ...policy.remind, sms: true } }).error?.issues[0];
    expect([nested?.path, nested?.message.includes('sms')]).to.deep.equal([['remind'], true]);
  });

  it('never throws, and what it accepts can be computed', () => {
    const length = fc.constantFrom('P1D', 'PT1S', 'PT30M', 'P183D', 'P3660D', 'P0D', 'P9999D', 'PT', 'soon');
    const near = fc.record({
      clock: fc.constantFrom('business', 'wall', 'lunar'),
      due: fc.option(length),
      remind: fc.option(fc.record({ after: length, every: length, times: fc.integer({ min: -1, max: 21 }) })),
      escalate: fc.option(fc.record({ after: length })),
      expire: fc.option(fc.record({ after: length, outcome: fc.constantFrom('approved', 'hand-over', 'issued', '') })),
    });
    const inputs = fc.oneof({ weight: 4, arbitrary: near }, { weight: 1, arbitrary: fc.anything() });
    fc.assert(fc.property(inputs, (input) => {
      const { data } = schema.safeParse(input);
      if (data) computeDeadlines(data, defaultCalendar, new Date('2026-09-30T08:00:00Z'));
    }), { numRuns: 300 });
  });
});
