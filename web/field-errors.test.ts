import { expect } from 'chai';
import { CallError } from './client.ts';
import { fieldErrors, wasRefused } from './field-errors.ts';

const refused = (path: string, message: string) => new CallError(400, 'Invalid input', { errors: [{ path, message }] });

describe('What the API says of fields', () => {
  it('stands beside the field without its name, in both languages', () => {
    expect(fieldErrors(refused('name', 'name：请填写。'))).to.deep.equal({ name: '请填写。' });
    expect(fieldErrors(refused('week.1.0.to', 'week.1.0.to: must be later.'))).to.deep.equal({ 'week.1.0.to': 'must be later.' });
  });

  it('is whole where the words have a colon of their own', () => {
    expect(fieldErrors(refused('code', 'another item has this code: choose another.'))).to.deep.equal({ code: 'another item has this code: choose another.' });
  });

  it('is nothing for another error', () => {
    expect(fieldErrors(new Error('name: odd'))).to.deep.equal({});
  });

  it('tells a refusal from a server that failed or cannot be reached', () => {
    expect([400, 409, 429, 500, 0].map((status) => wasRefused(new CallError(status, '')))).to.deep.equal([true, true, true, false, false]);
  });
});
