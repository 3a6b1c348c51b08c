import { isDeepStrictEqual } from 'node:util';
import { DEMO_PASSWORD } from '../db/seeds/demo-company.ts';
import { contract } from '../workflows/supply-requisition/contract.ts';
import { signIn } from './demo-day/accounts.ts';
import type { Cast } from './demo-day/requisition.ts';
import { hurriedStories, stories, type Story } from './demo-day/stories.ts';

// A day at the demo company: about sixty requisitions, run through the HTTP API as people would, into every state.
// May be started again at any time; it goes on where it broke off, and does nothing when the house is busy enough.

const ENOUGH = 60;
const AT_ONCE = 4;

const shortTimeouts = {
  'department-leader': { ...contract.steps['department-leader'].timeouts, clock: 'wall', due: 'PT1S' },
  'hand-over': {
    clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'PT5S', outcome: 'expired' },
  },
} as const;

const url = (process.env.HOUQIN_URL ?? 'http://127.0.0.1:8100').replace(/\/$/, '');
const password = process.env.HOUQIN_DEMO_PASSWORD ?? DEMO_PASSWORD;
const began = Date.now();

const auditor = await signIn(url, 'auditor', password);
const { total } = await auditor.call<{ total: number }>('GET', '/processes?view=all&limit=1');
if (total < ENOUGH) {
  const failed = await demoDay(await cast());
  const told = hurriedStories.length + stories.length;
  console.log(`Demo: ${told - failed} of ${told} requisitions run in ${Math.round((Date.now() - began) / 1000)} s`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function cast(): Promise<Cast> {
  const names = ['requester', 'requester2', 'leader', 'leader2', 'director', 'storekeeper', 'admin'] as const;
  const accounts = await Promise.all(names.map(async (name) => [name, await signIn(url, name, password)] as const));
  return { auditor, ...Object.fromEntries(accounts) } as Cast;
}

async function demoDay(people: Cast): Promise<number> {
  const restore = await hurry(people);
  let failed: number;
  try {
    failed = await tell(people, hurriedStories, 1);
  } finally {
    await restore();
  }
  return failed + await tell(people, stories, 1 + hurriedStories.length);
}

/** Makes the timeouts short; the answer makes them what they were. */
async function hurry({ admin }: Cast): Promise<() => Promise<void>> {
  const { items } = await admin.call<{ items: { type: string; step: string; policy: object }[] }>(
    'GET', '/admin/timeout-policies',
  );
  const steps = ['department-leader', 'hand-over'] as const;
  const put = async (step: string, policy: object): Promise<void> => {
    await admin.call('PUT', `/admin/timeout-policies/${contract.type}/${step}`, policy);
  };
  for (const step of steps) await put(step, shortTimeouts[step]);
  return async () => {
    for (const step of steps) {
      const before = items.find((item) => item.type === contract.type && item.step === step)?.policy;
      // A demo that was killed in a hurry left the short ones: then the process's own are the right ones.
      const leftOver = before === undefined || isDeepStrictEqual(before, shortTimeouts[step]);
      await put(step, leftOver ? contract.steps[step].timeouts : before);
    }
  };
}

/** Runs the stories, a few at once, numbered from `first`; answers how many failed. */
async function tell(people: Cast, toTell: readonly Story[], first: number): Promise<number> {
  let next = 0;
  let failed = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < toTell.length) {
      const index = next;
      next += 1;
      await toTell[index]!(people, first + index).catch((error: Error) => {
        failed += 1;
        console.error(`Demo: requisition ${first + index} stopped: ${error.message}`);
      });
    }
  }));
  return failed;
}
