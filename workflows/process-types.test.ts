import '../test/quiet.ts';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { workflowBundle } from '../worker/bundle.ts';
import { replayHistory } from '../worker/replay.ts';
import { processTypes } from './contracts.ts';
import { dataSchema } from './lib/form.ts';
import * as workflows from './index.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const cacheDir = process.env.HOUQIN_TEST_ROOT ?? join(tmpdir(), 'houqin-bundles');
const entries = await readdir(root, { withFileTypes: true });
/** Workflows that are no cases: they have no contract, no form and no folder. */
const internal = ['auditReplay', 'smsDelivery', 'personalDataRetention', 'repairPlans'];
const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'lib').map(({ name }) => name);

describe('process types', function () {
  this.timeout(60_000);

  it('stand in contracts.ts, in index.ts and in a folder of their name', () => {
    expect(Object.keys(processTypes).sort()).to.eql([...folders].sort());
    for (const [type, { contract, workflow }] of Object.entries(processTypes)) {
      expect(contract.type).to.equal(type);
      expect(workflows).to.have.property(workflow);
    }
    expect(Object.keys(workflows).sort()).to.eql([...Object.values(processTypes).map(({ workflow }) => workflow), ...internal].sort());
  });

  for (const folder of folders) {
    it(`${folder} has its contract, form, workflow, test and golden histories`, async () => {
      const files = await readdir(join(root, folder));
      expect(files).to.include.members(['contract.ts', 'form.ts', 'workflow.ts', 'workflow.test.ts', 'histories']);
      expect(await readdir(join(root, folder, 'histories'))).to.not.be.empty;
    });

    it(`${folder} says everything that people read in both languages, and plans only its own steps`, () => {
      const { contract } = processTypes[folder]!;
      const texts = [
        contract.title, contract.category, contract.about, contract.paper.title, ...contract.paper.signs, ...Object.values(contract.roles), ...Object.values(contract.notes ?? {}), ...Object.values(contract.notices ?? {}),
        ...Object.values(contract.evaluation ?? {}), ...Object.values(contract.outcomes).map(({ title }) => title),
        ...Object.values(contract.steps).flatMap(({ title, outcomes }) => [title, ...Object.values(outcomes)]),
      ];
      for (const text of texts) {
        expect(text.zh).to.match(/\p{Script=Han}/u);
        expect(text.en).to.match(/^[A-Z]/);
      }
      const returns = Object.values(contract.steps).some(({ outcomes }) => 'returned' in outcomes);
      expect(Object.keys(contract.steps)).to.include.members([...contract.path, ...(returns ? ['revise'] : [])]);
      expect(Object.keys(contract.outcomes)).to.include.members(['withdrawn']);
    });
  }

  it('ask by SMS only where yes and no need no data', () => {
    // Yes is the first outcome.
    const canAsk = (type: string, step: string): boolean => {
      const { outcomes } = processTypes[type]!.contract.steps[step]!;
      const [yes] = Object.keys(outcomes);
      return yes !== 'rejected' && Object.hasOwn(outcomes, 'rejected')
        && [yes!, 'rejected'].every((outcome) => dataSchema(processTypes[type]!, step, outcome).safeParse(undefined).success);
    };
    expect([canAsk('seal-use', 'department-leader'), canAsk('seal-use', 'revise'), canAsk('supply-requisition', 'evaluation')]).to.eql([true, false, false]);
    for (const [type, { contract }] of Object.entries(processTypes)) {
      for (const [step, { bySms }] of Object.entries<{ bySms?: true }>(contract.steps)) if (bySms) expect(canAsk(type, step), `${type}/${step}`).to.equal(true);
    }
  });

  it('share a bundle without zod', async () => {
    const code = await readFile(await workflowBundle(cacheDir), 'utf8');
    expect(code.length).to.be.above(10_000);
    expect(code).to.not.match(/ZodError|\$ZodType|zod\/v4/);
  });
});

describe('golden histories', function () {
  this.timeout(60_000);
  for (const folder of folders) {
    it(`${folder}: every one replays against this build, and a changed one does not`, async () => {
      const files = await readdir(join(root, folder, 'histories'));
      let json = '';
      for (const file of files) {
        json = await readFile(join(root, folder, 'histories', file), 'utf8');
        const { error } = await replayHistory(json, cacheDir);
        expect(error?.message, file).to.equal(undefined);
      }
      const history = JSON.parse(json);
      const decision = history.events.find((event: any) => event.markerRecordedEventAttributes);
      decision.markerRecordedEventAttributes.markerName = 'something-else';
      expect((await replayHistory(JSON.stringify(history), cacheDir)).error, 'a tampered history').to.be.instanceOf(Error);
    });
  }
});
