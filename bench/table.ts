import type { Approvals } from './sections/approvals.ts';
import type { Flow } from './sections/flow.ts';
import type { Inbox } from './sections/inbox.ts';

/** What a run found; a section that was not asked for is not there. */
export interface Result {
  approvals?: Approvals;
  flow?: Flow;
  inbox?: Inbox[];
  /** The peer's own JSON. */
  peer?: any;
}

interface Row {
  what: string;
  houqin: number;
  peer: number | undefined;
  /** How many times better than the peer; below 1 it is worse. */
  times: string;
}

/** The figures as a table for people, with the peer's where it ran. Milliseconds unless a row says another unit. */
export function printTable({ approvals, flow, inbox, peer }: Result): void {
  const rows: Row[] = [];
  const add = (what: string, houqin: number | undefined, other: number | undefined, moreIsBetter = false): void => {
    if (houqin === undefined) return;
    const times = other === undefined ? '' : (moreIsBetter ? houqin / other : other / houqin).toFixed(other / houqin < 10 ? 2 : 1);
    rows.push({ what, houqin, peer: other, times });
  };
  if (approvals) {
    const { decision, start_to_visible: visible } = peer ?? {};
    add('start until visible, c = 1, p50', approvals.startToVisible.c1?.p50, visible?.c1?.median.start_to_visible_ms.p50);
    add('start until visible, c = 16, p50', approvals.startToVisible.c16?.p50, visible?.c16?.median.start_to_visible_ms.p50);
    add('decision, one after another, p50', approvals.decision.p50, decision?.c1?.median.decision_ms.p50);
    add('decision, every 200 ms, p50', approvals.decisionPaced.p50, decision?.c1?.median.decision_ms.p50);
    add('decisions of a burst at c = 64, per second', approvals.leaders.perSecond, decision?.c64?.median.decisions_per_s, true);
    add('the same until all processes have moved on, per second', approvals.leaders.movedOnPerSecond, decision?.c64?.median.decisions_per_s, true);
  }
  if (flow) {
    add('whole processes at c = 1, per second', flow.c1.houqin, peer?.flow?.c1?.median.instances_per_s, true);
    add('whole processes at many, per second', flow.many.houqin, peer?.flow?.c64?.median.instances_per_s, true);
    add('CPU for each process, all parts', flow.cpuMs.all, sum(peer?.flow?.c64?.median.cpu_ms_per_instance, 'jvm', 'pg'));
  }
  for (const each of inbox ?? []) {
    const other = peer?.inbox?.[each.openTasks];
    const at = `${each.openTasks.toLocaleString('en')} open tasks`;
    const withoutJit = other?.rest_page_jit_off ?? other?.rest_page;
    add(`${at}: page with total, p50`, each.http.p50, p50(withoutJit));
    add(`${at}: page with total, p99`, each.http.p99, withoutJit?.median?.ms?.p99);
    add(`${at}: page with total, c = 16, p50`, each.httpC16.p50, p50(other?.rest_page_c16));
    add(`${at}: page with total beside decisions, p50`, each.httpBesideDecisions.p50, undefined);
    add(`${at}: decisions beside it at c = 4, p50`, each.decisionsMeanwhile.p50, undefined);
    add(`${at}: page alone, p50`, each.pageAlone.p50, p50(other?.page_only));
    add(`${at}: total alone, p50`, each.totalAlone.p50, p50(other?.count_only_jit_off ?? other?.count_only));
    add(`${at}: deep page alone, p50`, each.deepAlone.p50, p50(other?.mid_page_only));
    add(`${at}: start until visible, p50`, each.startToVisible.p50, other?.at_scale?.c1?.start_to_visible?.start_to_visible_ms?.p50);
  }
  console.table(Object.fromEntries(rows.map(({ what, ...figures }) => [what, peer ? figures : { houqin: figures.houqin }])));
  if (!flow) return;
  console.log(`whole process beside the bare workflow: ${flow.c1.ratio} at c = 1, ${flow.many.ratio} at many`);
  console.table({ 'CPU ms per process': flow.cpuMs, 'CPU ms per bare workflow': flow.bareCpuMs, 'memory, MiB': flow.memoryMiB });
  console.table({ 'bytes per finished process': flow.bytes });
}

const p50 = (row: any): number | undefined => row?.median?.ms?.p50;

function sum(figures: Record<string, number> | undefined, ...names: string[]): number | undefined {
  return figures && names.reduce((total, name) => total + figures[name]!, 0);
}
