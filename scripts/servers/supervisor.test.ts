import { expect } from 'chai';
import type { Exit } from './own-process.ts';
import { Supervisor, type Running } from './supervisor.ts';

describe('the supervisor', () => {
  // Services without a process behind them: what is under test is the order and the restarting.
  class Service implements Running {
    readonly pid = 1;
    readonly exited: Promise<Exit>;
    private readonly events: string[];
    private readonly name: string;
    private end!: (exit: Exit) => void;

    constructor(name: string, events: string[]) {
      this.name = name;
      this.events = events;
      this.exited = new Promise((resolve) => { this.end = resolve; });
      events.push(`start ${name}`);
    }

    die(): void {
      this.end({ code: 3, signal: null });
    }

    async stop(): Promise<Exit> {
      this.events.push(`stop ${this.name}`);
      this.end({ code: 0, signal: null });
      return await this.exited;
    }
  }

  it('stops in the reverse order of the start: the worker before the servers, PostgreSQL last', async () => {
    const events: string[] = [];
    const supervisor = new Supervisor(() => undefined);
    for (const name of ['postgres', 'temporal', 'api', 'worker']) {
      await supervisor.run(name, async () => new Service(name, events));
    }
    supervisor.accompany('demo-day', new Service('demo-day', events));
    events.length = 0;
    await supervisor.stopAll(1_000);
    expect(events).to.deep.equal(['stop demo-day', 'stop worker', 'stop api', 'stop temporal', 'stop postgres']);
  });

  it('starts again what ends by itself, and says so', async () => {
    const events: string[] = [];
    const lines: string[] = [];
    let again: () => void;
    const restarted = new Promise<void>((resolve) => { again = resolve; });
    const supervisor = new Supervisor((line) => {
      lines.push(line);
      if (line.includes('runs again')) again();
    });
    const first = await supervisor.run('api', async () => new Service('api', events));
    first.die();
    await restarted;
    expect(events).to.deep.equal(['start api', 'start api']);
    expect(lines[0]).to.equal('api ended by itself (exit code 3); starting it again.');
    await supervisor.stopAll(1_000);
    expect(events).to.deep.equal(['start api', 'start api', 'stop api']);
  });

  it('does not start again what it stops', async () => {
    const events: string[] = [];
    const supervisor = new Supervisor(() => undefined);
    const service = await supervisor.run('api', async () => new Service('api', events));
    await supervisor.stopAll(1_000);
    await service.exited;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(events).to.deep.equal(['start api', 'stop api']);
  });
});
