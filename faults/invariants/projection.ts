import { isDeepStrictEqual } from 'node:util';
import { group, sayOf, type Facts, type Row, type Violation } from './facts.ts';
import { rebuild, type Rebuilt } from './rules.ts';

/** I9: processes, tasks and hand-overs as the histories tell of them are those that people see. */
export function projectionIsHistory({ tables, histories }: Facts): Violation[] {
  const { violations, say } = sayOf('I9');
  const [tasks, forms, held] = [group(tables.task, 'process_id'), group(tables.form, 'process_id'), group(tables.reservation, 'process_id')];
  for (const process of tables.process) {
    const history = histories.get(process.id);
    if (!history) continue;
    let rebuilt: Rebuilt;
    try {
      rebuilt = rebuild(process.type, process.id, history);
    } catch (error) {
      say(process.id, `its history is not its rule's: ${(error as Error).message}`);
      continue;
    }
    const stands = process.status === 'ended' ? process.outcome : undefined;
    if (rebuilt.outcome !== stands) say(process.id, `is ${stands ?? 'running'}, by its history ${rebuilt.outcome ?? 'running'}`);
    const hashes = (forms.get(process.id) ?? []).sort((a, b) => a.version - b.version).map(({ hash }) => hash);
    // A version that was sent in just before a withdrawal was on its way when the story ended.
    const known = process.outcome === 'withdrawn' ? hashes.slice(0, rebuilt.formHashes.length) : hashes;
    if (!isDeepStrictEqual(known, rebuilt.formHashes)) say(process.id, 'has other form versions than its history');
    for (const { item_id: item, issued } of held.get(process.id) ?? []) {
      if ((rebuilt.issued.get(item) ?? 0) !== issued) say(process.id, `${item}: ${issued} issued, by its history ${rebuilt.issued.get(item) ?? 0}`);
    }
    const live = tasks.get(process.id) ?? [];
    for (const row of live) {
      if (rebuilt.tasks.has(row.id)) continue;
      // Opened by a worker that died with it: the next one met the withdrawal first, even where somebody had decided it before.
      if (rebuilt.maybe.includes(row.id) && (row.state === 'closed' || process.outcome === 'withdrawn')) continue;
      say(row.id, `is ${row.state}; the history has no such task`);
    }
    for (const task of rebuilt.tasks.values()) {
      const row = live.find(({ id }) => id === task.id);
      if (!row) {
        say(task.id, 'is in the history only');
        continue;
      }
      const { decision } = task;
      const state = decision ? 'decided' : process.status === 'ended' && !task.afterEnd ? 'closed' : 'open';
      if (row.state !== state) say(task.id, `is ${row.state}, by its history ${state}`);
      else if (decision && !isDeepStrictEqual(decisionOf(row), { ...decision, taskId: undefined })) say(task.id, 'is decided otherwise than in its history');
      // One that was found decided says nothing of deadlines.
      if (!task.deadlines) continue;
      const timing = [row.deadlines, row.policy_version, row.calendar_version];
      if (!isDeepStrictEqual(timing, [task.deadlines, task.policyVersion, task.calendarVersion])) say(task.id, 'has other deadlines than its history');
    }
  }
  return violations;
}

function decisionOf(row: Row): object {
  return {
    taskId: undefined, outcome: row.outcome, actorKind: row.actor_kind, decidedBy: row.decided_by, decidedAt: row.decided_at.toISOString(),
    facts: row.facts,
  };
}
