import { setTimeout as delay } from 'node:timers/promises';
import type { Histories } from '../histories.ts';
import { byId, sayOf, type Facts, type Violation } from './facts.ts';

/** Temporal's own workflows, an auditor’s replay, deliveries of SMS, the night’s and the morning’s work, and the probe of F33. */
const NO_PROCESS = /^(temporal-sys-.*|auditReplay|smsDelivery|personalDataRetention|repairPlans|leakProbe)$/;

/** I14: a process that goes on has exactly one running workflow, and a running workflow its process. */
export async function noOrphans({ tables, described }: Facts, temporal: Histories): Promise<Violation[]> {
  const processes = byId(tables.process);
  const open = new Set(tables.task.filter(({ after_end, state }) => after_end && state === 'open').map(({ process_id }) => process_id));
  const mustRun = (id: string): boolean => processes.get(id)?.status === 'running';
  const mayRun = (id: string): boolean => mustRun(id) || open.has(id);
  const look = async (): Promise<Violation[]> => {
    const { violations, say } = sayOf('I14');
    for (const [id, workflow] of described) {
      const { status, outcome } = processes.get(id)!;
      const stands = workflow?.status ?? 'missing';
      if (mustRun(id) ? stands !== 'RUNNING' : stands !== 'COMPLETED' && !(stands === 'RUNNING' && mayRun(id))) {
        say(id, `is ${outcome ?? status}, its workflow is ${stands}`);
      }
    }
    const runs = await temporal.list();
    const count = new Map<string, number>();
    for (const { workflowId } of runs) count.set(workflowId, (count.get(workflowId) ?? 0) + 1);
    for (const id of processes.keys()) if (count.get(id) !== 1) say(id, `has ${count.get(id) ?? 0} runs of its workflow`);
    for (const { workflowId, type, status } of runs) {
      if (NO_PROCESS.test(type)) continue;
      if (!processes.has(workflowId)) say(workflowId, `is a workflow (${status}) without a process`);
      else if (status === 'RUNNING' && !mayRun(workflowId)) say(workflowId, 'is a running workflow of a process that has ended');
    }
    return violations;
  };
  // Visibility follows a moment later, and allows few calls a second.
  let violations = await look();
  for (let attempt = 0; violations.length > 0 && attempt < 5; attempt += 1) {
    await delay(1_000);
    violations = await look();
  }
  return violations;
}
