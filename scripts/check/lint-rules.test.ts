import { expect } from 'chai';
import { ESLint } from 'eslint';

const eslint = new ESLint();

/** What the project's lint says of a text as if it stood in that file. */
async function complaints(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${text}\n`, { filePath: file });
  expect(result!.messages.filter(({ fatal }) => fatal), `${file} could not be read`).to.deep.equal([]);
  return result!.messages.map(({ message }) => message);
}

// Files that exist, since the type-aware rules look for them in the TypeScript project.
const WORKFLOW = 'workflows/supply-requisition/workflow.ts';
const CONTRACT = 'workflows/supply-requisition/contract.ts';
const FORM = 'workflows/supply-requisition/form.ts';
const ACTIVITY = 'activities/supply.ts';
const DB = 'db/connect.ts';
const API = 'api/app.ts';
const PAGE = 'web/main.ts';

const BAD: [file: string, text: string, sentence: RegExp][] = [
  // no mutable state at module level
  [WORKFLOW, 'export let count = 0;', /No mutable state at module level/],
  [WORKFLOW, 'var seen = false; export const look = () => seen;', /No mutable state at module level/],
  [WORKFLOW, 'const seen = new Set<string>(); export const look = () => seen;', /No mutable state at module level/],
  [WORKFLOW, 'export const cache = new Map<string, string>();', /No mutable state at module level/],
  [WORKFLOW, 'export const names = [\'a\'];', /No mutable state at module level/],
  [WORKFLOW, 'export const names: string[] = [];', /No mutable state at module level/],
  [WORKFLOW, 'export const names: Record<string, string> = {};', /No mutable state at module level/],
  [CONTRACT, 'export const contract = { type: \'x\' } satisfies object;', /No mutable state at module level/],
  [WORKFLOW, 'export class Counter { static count = 0; }', /No mutable state at module level/],

  // nothing that differs on replay
  [WORKFLOW, 'export const zone = () => process.env.TZ;', /differs on replay/],
  [WORKFLOW, 'export const random = () => crypto.randomUUID();', /differs on replay/],
  [WORKFLOW, 'export const random = () => Math.random();', /never random/],
  [WORKFLOW, 'import { uuid4 } from \'@temporalio/workflow\'; export const id = () => uuid4();', /another uuid/],
  [WORKFLOW, 'async function step() {} export function story() { step(); }', /Promises must be awaited/],

  // import rules
  [WORKFLOW, 'import { hash } from \'node:crypto\'; export const h = hash;', /no Node built-in/],
  [WORKFLOW, 'import fs from \'fs\'; export const h = fs;', /no Node built-in/],
  [WORKFLOW, 'import { connect } from \'../../db/connect.ts\'; export const c = connect;', /imports no db/],
  [WORKFLOW, 'import type { Knex } from \'knex\'; export type K = Knex;', /imports no db/],
  [WORKFLOW, 'import { z } from \'zod\'; export const s = z;', /imports no zod/],
  [CONTRACT, 'import { z } from \'zod\'; export const s = z;', /imports no zod/],
  [WORKFLOW, 'import { form } from \'./form.ts\'; export const f = form;', /imports no form as a value/],
  [
    WORKFLOW,
    'import { supply } from \'../../activities/supply.ts\'; export const s = supply;',
    /activities with `import type` only/,
  ],
  [
    WORKFLOW,
    'import { type S } from \'../../activities/supply.ts\'; export type T = S;',
    /activities with `import type` only/,
  ],
  [WORKFLOW, 'export * from \'../../activities/supply.ts\';', /activities with `import type` only/],
  [WORKFLOW, 'export const s = () => import(\'../../activities/supply.ts\');', /activities with `import type` only/],
  [WORKFLOW, 'import { problem } from \'../../api/errors.ts\'; export const p = problem;', /imports only workflows/],
  [WORKFLOW, 'import express from \'express\'; export const e = express;', /no package but @temporalio/],
  [FORM, 'import { hash } from \'node:crypto\'; export const h = hash;', /no Node built-in/],
  [
    PAGE,
    'import { contract } from \'../api/contract.ts\'; export const c = contract;',
    /only types from api\/contract/,
  ],
  [PAGE, 'import type { Problem } from \'../api/errors.ts\'; export type P = Problem;', /only the contracts and forms/],
  [
    PAGE,
    'import { story } from \'../workflows/supply-requisition/workflow.ts\'; export const s = story;',
    /only the contracts and forms/,
  ],
  [PAGE, 'import type { Db } from \'../db/connect.ts\'; export type D = Db;', /only the contracts and forms/],
  [PAGE, 'import fs from \'node:fs\'; export const f = fs;', /runs in a browser/],
  [API, 'import { reserve } from \'../activities/supply.ts\'; export const r = reserve;', /api imports no activity/],
  [
    API,
    'import { open } from \'../activities/projection.ts\'; export const o = open;',
    /api imports no activity/,
  ],
  [
    API,
    'import { story } from \'../workflows/supply-requisition/workflow.ts\'; export const s = story;',
    /no workflow as a value/,
  ],
  [API, 'import * as stories from \'../workflows/index.ts\'; export const s = stories;', /no workflow as a value/],
  [API, 'import type { Worker } from \'../worker/main.ts\'; export type W = Worker;', /Nothing imports worker/],
  [ACTIVITY, 'import { work } from \'../worker/main.ts\'; export const w = work;', /Nothing imports worker/],
  [ACTIVITY, 'import { problem } from \'../api/errors.ts\'; export const p = problem;', /Activities import no api/],
  [ACTIVITY, 'import { App } from \'../web/main.ts\'; export const a = App;', /Activities import no api and no web/],
  [DB, 'import { problem } from \'../api/errors.ts\'; export const p = problem;', /stands below the others/],
  [
    DB,
    'import { decide } from \'../workflows/lib/messages.ts\'; export const d = decide;',
    /only their contracts and forms/,
  ],
  [
    DB,
    'import { due } from \'../activities/deadlines/deadlines.ts\'; export const d = due;',
    /it imports types only/,
  ],
  [
    'db/seeds/contracts.ts',
    'import { problem } from \'../../api/errors.ts\'; export const p = problem;',
    /A seed imports only/,
  ],
  [DB, 'import { contracts } from \'../workflows/contracts.ts\'; export const c = contracts;', /write `import type`/],

  // raw SQL and settings
  [
    API,
    'import type { Knex } from \'knex\'; export const q = async (db: Knex) => { await db.raw(\'select 1\'); };',
    /Raw SQL stands in/,
  ],
  [
    ACTIVITY,
    'import type { Knex } from \'knex\'; export const q = (db: Knex) => db(\'task\').whereRaw(\'true\');',
    /Raw SQL stands in/,
  ],
  [
    DB,
    'import type { Knex } from \'knex\'; export const q = (db: Knex) => db(\'task\').orderByRaw(\'id\');',
    /Raw SQL stands in/,
  ],
  [
    'db/migrate.ts',
    'import type { Knex } from \'knex\'; export const q = (db: Knex, a: string) => db.raw(`select ${a}`);',
    /Never interpolate/,
  ],
  [
    'db/migrate.ts',
    'import type { Knex } from \'knex\'; export const q = (db: Knex, a: string) => db.raw(\'select \' + a);',
    /Never concatenate/,
  ],
  [
    API,
    'import type { Knex } from \'knex\'; export const q = async (db: Knex) => { await db[\'raw\'](\'select 1\'); };',
    /Raw SQL stands in/,
  ],
  [API, 'import pg from \'pg\'; export const c = pg;', /Only db\/connect.ts makes connections/],
  ['db/queries/stock.ts', 'import knex from \'knex\'; export const k = knex;', /Only db\/connect.ts makes connections/],
  [ACTIVITY, 'export const zone = process.env.TZ;', /Settings are read in one place/],
];

const GOOD: [file: string, text: string][] = [
  [WORKFLOW, 'import { proxyLocalActivities } from \'@temporalio/workflow\';\n'
    + 'import type { S } from \'../../activities/supply.ts\';\n'
    + 'export const supply = proxyLocalActivities<S>({ startToCloseTimeout: \'5s\' });'],
  [WORKFLOW, 'export const STEPS = [\'a\', \'b\'] as const;\nexport const names: readonly string[] = [];'],
  [
    CONTRACT,
    'import type { ProcessContract } from \'../lib/contract.ts\';\n'
      + 'export const contract: ProcessContract = {} as never;',
  ],
  [WORKFLOW, 'async function step(): Promise<void> {}\nexport async function story(): Promise<void> { await step(); }'],
  [FORM, 'import { z } from \'zod\';\nexport const form = z.strictObject({ purpose: z.string() });'],
  [
    'workflows/supply-requisition/workflow.test.ts',
    'import fs from \'node:fs\';\nexport const seen = new Map([[\'a\', fs]]);',
  ],
  [API, 'import { contracts } from \'../workflows/contracts.ts\';\n'
    + 'import { decide } from \'../workflows/lib/messages.ts\';\n'
    + 'import { timeoutPolicy } from \'../activities/deadlines/timeout-policy-schema.ts\';\n'
    + 'export const all = [contracts, decide, timeoutPolicy];'],
  [API, 'import express from \'express\';\nexport const raw = express.raw({ type: \'text/csv\' });'],
  [DB, 'import type { ProcessContract } from \'../workflows/lib/contract.ts\';\nexport type P = ProcessContract;'],
  [
    'db/seeds/contracts.ts',
    'import { defaultCalendar } from \'../../activities/deadlines/calendar-2026.ts\';\n'
      + 'export const c = defaultCalendar;',
  ],
  [
    'db/migrate.ts',
    'import type { Knex } from \'knex\';\nexport const q = (db: Knex, id: string) => db.raw(\'select ?\', [id]);',
  ],
  [PAGE, 'import { contracts } from \'../workflows/contracts.ts\';\n'
    + 'import type { Contract } from \'../api/contract.ts\';\n'
    + 'import { createApp } from \'vue\';\nexport const all = [contracts, createApp] as [unknown, Contract];'],
  ['scripts/start.ts', 'import { work } from \'../worker/main.ts\';\nexport const w = [work, process.env.PORT];'],
  ['worker/main.ts', 'import { work } from \'./work.ts\';\nexport const w = work;'],
];

describe('The lint rules of the project', function () {
  this.timeout(60_000);

  for (const [file, text, sentence] of BAD) {
    it(`refuses in ${file}: ${text.split('\n')[0]}`, async () => {
      expect((await complaints(file, text)).join('\n')).to.match(sentence);
    });
  }

  for (const [file, text] of GOOD) {
    it(`lets pass in ${file}: ${text.split('\n')[0]}`, async () => {
      expect(await complaints(file, text)).to.deep.equal([]);
    });
  }

  it('know errors only, no warnings', async () => {
    for (const file of [WORKFLOW, FORM, API, PAGE, 'web/App.vue', 'scripts/check.mjs']) {
      const { rules } = await eslint.calculateConfigForFile(file) as { rules: Record<string, [number]> };
      expect(Object.entries(rules).filter(([, [level]]) => level === 1), file).to.deep.equal([]);
    }
  });
});
