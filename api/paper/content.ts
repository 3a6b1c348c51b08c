import { encode } from 'uqr';
import type { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import { findVisibleProcess, formVersions, timeline } from '../../db/queries/processes.ts';
import { tasksOf } from '../../db/queries/tasks.ts';
import type { Viewer } from '../../db/queries/visibility.ts';
import { processTypes } from '../../workflows/contracts.ts';
import type { ProcessContract, Text } from '../../workflows/lib/contract.ts';
import type { paper } from '../contract/paper.ts';
import { Problem } from '../errors.ts';
import { labelsOf } from '../processes/check.ts';
import { plannedSteps, presentProcess, presentSteps } from '../processes/present.ts';
import { supplyLinesOf } from '../supply/requisition-lines.ts';
import { code128 } from './code-128.ts';
import { fieldWords } from './field-words.ts';

/** What stands on the paper, for the print view and the PDF alike. */
export type Paper = z.input<typeof paper>;

/** What the table of supply lines says of form and decisions. */
const SUPPLY_LINES = ['lines'];

/** The paper of a process that the viewer may see. Throws 404 for another one. */
export async function paperOf(db: Db, id: string, viewer: Viewer): Promise<Paper> {
  const process = await findVisibleProcess(db, id, viewer);
  if (!process) throw new Problem('not-found');
  const type = processTypes[process.type]!;
  const { contract } = type;
  const [forms, tasks, entries] = await Promise.all([formVersions(db, id), tasksOf(db, id), timeline(db, id)]);
  const { form } = forms.at(-1)!;
  const [supply, labels] = await Promise.all([supplyLinesOf(db, type, { form, tasks, entries }), labelsOf(db, type, [form, ...tasks.map(({ data }) => data)])]);
  const known = { labels, references: type.references, omit: supply ? SUPPLY_LINES : [] };
  // What comes after the end, such as the evaluation, is no part of the paper.
  const before = tasks.filter((task) => !task.after_end);
  const planned = process.status === 'running' ? plannedSteps(before, contract).map((step) => ({ step, dueAt: null })) : [];
  const { number, status, outcomeTitle, requester, department, departmentEn, startedAt, endedAt } = presentProcess(process);
  return {
    number, status, outcomeTitle, requester, department, departmentEn, startedAt, endedAt,
    title: contract.paper.title,
    fields: fieldWords(type.form, form, known),
    supply,
    approvals: presentSteps(before, contract, planned).map(({ step, title, state, outcome, decidedBy, actorKind, decidedAt, comment, data }) => {
      const own = type.decisions?.[step]?.[outcome ?? ''];
      return {
        title, state, outcome: outcomeText(contract, step, outcome), by: decidedBy, actorKind, at: decidedAt, comment,
        data: own ? fieldWords(own, data, known) : [],
      };
    }),
    signs: [...contract.paper.signs],
    qr: qrCode(number),
    barcode: code128(number),
  };
}

function outcomeText({ steps }: ProcessContract, step: string, outcome: string | null): Text | null {
  if (outcome === null) return null;
  return steps[step]?.outcomes[outcome] ?? steps[step]?.clockOutcomes?.[outcome] ?? { zh: outcome, en: outcome };
}

/** The number alone, so that a scanner which types like a keyboard fills the counter's field. A bad printer costs up to a quarter of the dots. */
function qrCode(number: string): Paper['qr'] {
  const { size, data } = encode(number, { ecc: 'Q', border: 0 });
  return { size, rows: data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')) };
}
