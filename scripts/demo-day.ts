import { isDeepStrictEqual } from 'node:util';
import { DEMO_PASSWORD } from '../db/seeds/demo-company.ts';
import { contract } from '../workflows/supply-requisition/contract.ts';
import { signIn } from './demo-day/accounts.ts';
import { castOf } from './demo-day/cast.ts';
import type { Cast } from './demo-day/requisition.ts';
import { repairStories } from './demo-day/repair-stories.ts';
import { sealStories } from './demo-day/seal-stories.ts';
import { visitStories } from './demo-day/visit-stories.ts';
import { hurriedStories, stories } from './demo-day/stories.ts';
import { tell } from './demo-day/tell.ts';

// A day at the demo company: about sixty requisitions, ten papers that want a seal, a dozen visitors and two dozen repairs and their plans, run through the HTTP API as people would, into every state.
// May be started again at any time; it goes on where it broke off, and does nothing when the house is busy enough.

const ENOUGH = 60;

const shortTimeouts = {
  'department-leader': { ...contract.steps['department-leader'].timeouts, clock: 'wall', due: 'PT1S' },
  'hand-over': {
    clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'PT5S', outcome: 'expired' },
  },
} as const;
type HurriedStep = keyof typeof shortTimeouts;
const hurriedSteps: readonly HurriedStep[] = ['department-leader', 'hand-over'];

const url = (process.env.HOUQIN_URL ?? 'http://127.0.0.1:8100').replace(/\/$/, '');
const password = process.env.HOUQIN_DEMO_PASSWORD ?? DEMO_PASSWORD;
const began = Date.now();

const auditor = await signIn(url, 'auditor', password);
const { total } = await auditor.call<{ total: number }>('GET', '/processes?view=all&limit=1');
if (total < ENOUGH) {
  const failed = await demoDay(await castOf(url, password));
  const told = hurriedStories.length + stories.length + sealStories.length + visitStories.length + repairStories.length;
  console.log(`Demo: ${told - failed} of ${told} requests run in ${Math.round((Date.now() - began) / 1000)} s`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function demoDay(people: Cast): Promise<number> {
  let failed: number;
  const before = await policies(people);
  try {
    for (const step of hurriedSteps) await put(people, step, shortTimeouts[step]);
    failed = await tell(people, hurriedStories, 1);
  } finally {
    for (const step of hurriedSteps) await put(people, step, before[step]);
  }
  return failed + await tell(people, [...stories, ...sealStories, ...visitStories, ...repairStories], 1 + hurriedStories.length);
}

/** The policies in force; what a demo that was killed in a hurry left behind counts as the process's own. */
async function policies({ admin }: Cast): Promise<Record<HurriedStep, object>> {
  const { items } = await admin.call<{ items: { type: string; step: string; policy: object }[] }>(
    'GET', '/admin/timeout-policies',
  );
  const inForce = (step: HurriedStep): object => {
    const policy = items.find((item) => item.type === contract.type && item.step === step)?.policy;
    return policy && !isDeepStrictEqual(policy, shortTimeouts[step]) ? policy : contract.steps[step].timeouts;
  };
  return { 'department-leader': inForce('department-leader'), 'hand-over': inForce('hand-over') };
}

async function put({ admin }: Cast, step: HurriedStep, policy: object): Promise<void> {
  await admin.call('PUT', `/admin/timeout-policies/${contract.type}/${step}`, policy);
}
