import { isDeepStrictEqual } from 'node:util';
import type { Json, Op } from '../op-log.ts';
import { wordsOf } from '../planted.ts';
import { changes } from './changes.ts';
import { byId, sayOf, type Facts, type Row, type Violation } from './facts.ts';

/** I1: every op that was answered with success stands, exactly once. */
export function nothingLost({ ops, tables }: Facts): Violation[] {
  const { violations, say: note } = sayOf('I1');
  const say = (op: Op, text: string): void => {
    note(String(op.answer?.processId ?? op.answer?.id ?? op.target), `op ${op.id} (${op.op} by ${op.username}) ${text}`);
  };
  const [processes, tasks] = [byId(tables.process), byId(tables.task)];
  const forms = new Map<string | undefined, Row[]>();
  for (const row of tables.form) forms.set(wordsOf(row.form), [...forms.get(wordsOf(row.form)) ?? [], row]);
  for (const op of ops.filter(({ result }) => result === 'ok')) {
    if (op.op === 'start') {
      const process = processes.get(op.answer.id);
      if (!process) say(op, 'was answered 201; the process is not there');
      else if (process.requester_id !== op.actor) say(op, `stands in the name of ${process.requester_id}`);
      const mine = (forms.get(wordsOf(op.body.form)) ?? []).filter(({ version }) => version === 1);
      if (mine.length !== 1 || mine[0]!.process_id !== op.answer.id) say(op, `stands in ${mine.length} processes`);
      else if (!isDeepStrictEqual(withoutPersonal(mine[0]!.form), withoutPersonal(op.body.form))) say(op, 'stands with another form');
    }
    if (op.op === 'invite' || op.op === 'walk-in') {
      const mine = forms.get(wordsOf(op.body)) ?? [];
      const process = mine.length === 1 ? processes.get(mine[0]!.process_id) : undefined;
      if (!process) say(op, `stands in ${mine.length} processes`);
      else if (op.op === 'invite' && (process.id !== op.answer.id || process.requester_id !== op.actor)) say(op, `stands as ${process.id} of ${process.requester_id}`);
      const asked = { purpose: op.body.purpose, party: op.body.party };
      if (process && !isDeepStrictEqual({ purpose: mine[0]!.form.purpose, party: mine[0]!.form.party }, asked)) say(op, 'stands with another form');
    }
    if (op.op === 'decide') {
      const task = tasks.get(op.target!);
      if (task?.state !== 'decided') say(op, `was answered 200; the task ${op.target} is ${task?.state ?? 'not there'}`);
      else if (task.decided_by === op.actor && task.decided_at.toISOString() === op.answer.decidedAt) {
        const wanted = { comment: op.body.comment ?? null, data: dataOf(op.body.data) };
        if (!isDeepStrictEqual({ comment: task.comment, data: dataOf(task.data) }, wanted)) say(op, `stands with other words or data on ${op.target}`);
      }
      if (op.body.outcome === 'resubmitted') {
        const mine = forms.get(wordsOf(op.body.data.form)) ?? [];
        if (mine.length !== 1) say(op, `stands as ${mine.length} form versions`);
      }
    }
    if (op.op === 'withdraw') {
      const process = processes.get(op.target!);
      if (process?.outcome !== 'withdrawn') say(op, `was answered 200; the process is ${process?.outcome ?? process?.status ?? 'not there'}`);
    }
  }
  for (const { op, task, actor, ok, stands } of changes({ ops, tables })) {
    if (stands < ok) note(task, `${ok} × ${op} by ${actor} answered with success, ${stands} stand`);
  }
  return violations;
}

/** A form without its personal values, which a table of their own holds, encrypted. */
function withoutPersonal({ contact: _, ...form }: Json): Json {
  return form;
}

function dataOf(data: Json): Json {
  return data?.form ? { ...data, form: withoutPersonal(data.form) } : data ?? null;
}
