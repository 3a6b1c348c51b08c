import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './own-process.ts';
import { explain } from './start-up-error.ts';

/** A running service, as startPostgres, startTemporal and spawnOwn return it. */
export interface Running {
  pid: number | undefined;
  exited: Promise<Exit>;
  stop(timeoutMs?: number): Promise<Exit>;
}

const firstPause = 500;
const longestPause = 30_000;
const healthyAfter = 60_000;

/**
 * Keeps services running: one that ends by itself is started again, soon at first, later with growing pauses.
 * stopAll ends them in the reverse order of their start, all within one time limit.
 */
export class Supervisor {
  private readonly log: (line: string) => void;
  private readonly services: { name: string; current: Running }[] = [];
  private stopping = false;

  constructor(log: (line: string) => void) {
    this.log = log;
  }

  /** Starts a service and watches it from then on. A failure of this first start is the caller's. */
  async run<T extends Running>(name: string, start: () => Promise<T>): Promise<T> {
    const running = await start();
    if (this.stopping) {
      await running.stop(1_000);
      throw new Error('stopping');
    }
    const service: { name: string; current: Running } = { name, current: running };
    this.services.push(service);
    void this.watch(service, start);
    return running;
  }

  /** Ends it with the others, but does not start it again. */
  accompany(name: string, current: Running): void {
    this.services.push({ name, current });
  }

  /** Ends all services, the last started first; who takes longer than its share of `withinMs` is killed. */
  async stopAll(withinMs: number): Promise<void> {
    this.stopping = true;
    const deadline = Date.now() + withinMs;
    const waiting = [...this.services].reverse();
    while (waiting.length > 0) {
      const service = waiting.shift()!;
      // The last ones, PostgreSQL above all, keep half of what is left.
      const share = waiting.length === 0 ? deadline - Date.now() : (deadline - Date.now()) / 2;
      await service.current.stop(Math.max(share, 250));
    }
  }

  private async watch(service: { name: string; current: Running }, start: () => Promise<Running>): Promise<void> {
    let pause = firstPause;
    for (;;) {
      const began = Date.now();
      const exit = await service.current.exited;
      if (this.stopping) return;
      if (Date.now() - began > healthyAfter) pause = firstPause;
      this.log(`${service.name} ended by itself (${describe(exit)}); starting it again.`);
      while (!this.stopping) {
        await sleep(pause);
        pause = Math.min(pause * 2, longestPause);
        if (this.stopping) return;
        try {
          const next = await start();
          service.current = next;
          if (this.stopping) await next.stop(1_000);
          else this.log(`${service.name} runs again (process ${next.pid}).`);
          break;
        } catch (error) {
          this.log(`${service.name} could not be started: ${explain(error)}\n  Next attempt in ${pause / 1000} s.`);
        }
      }
    }
  }
}

function describe(exit: Exit): string {
  return exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
}
