import { expect } from 'chai';
import { problemsOf, type Operations } from './problems.ts';

const none = { items: [], total: 0 };
const well: Operations = {
  at: '2026-11-24T02:00:00.000Z', engine: { state: 'ok', backlog: { tasks: 0, ageSeconds: 0 } }, counts: { running: 3, openTasks: 3 },
  outbox: { pending: 1, oldestSeconds: 0.2, parked: none }, retries: none, sms: [], failing: none, arranging: none, overdue: [], unattended: none,
};

describe('what is a problem of operations', () => {
  it('is nothing while messages come and go and tasks are overdue', () => {
    expect(problemsOf(well)).to.deep.equal([]);
    const overdue = [{ type: 't', step: 's', tasks: 4, oldestDueAt: well.at }];
    expect(problemsOf({ ...well, overdue, engine: { state: 'ok', backlog: { tasks: 40, ageSeconds: 3 } } })).to.deep.equal([]);
  });

  it('is the engine before what follows from it', () => {
    expect(problemsOf({
      ...well, engine: { state: 'away', backlog: null }, outbox: { ...well.outbox, oldestSeconds: 31 },
      arranging: { ...none, total: 1 },
    })).to.deep.equal(['engine', 'late', 'arranging']);
  });

  it('is a workflow whose code fails, though somebody may have a task there', () => {
    expect(problemsOf({ ...well, failing: { ...none, total: 2 } })).to.deep.equal(['failing']);
  });

  it('is an SMS that no carrier takes', () => {
    const sms = [{ carrier: 'aliyun', code: 'isv.AMOUNT_NOT_ENOUGH', messages: 3, since: well.at, nextAt: null }];
    expect(problemsOf({ ...well, sms })).to.deep.equal(['sms']);
  });

  it('is no activity that nobody tries any more', () => {
    const retry = { process: null, activity: 'openTask', attempts: 4, code: 'X', since: well.at, lastAt: well.at, stale: true };
    expect(problemsOf({ ...well, retries: { items: [retry], total: 1 } })).to.deep.equal([]);
    expect(problemsOf({ ...well, retries: { items: [retry, { ...retry, stale: false }], total: 2 } })).to.deep.equal(['retries']);
  });
});
