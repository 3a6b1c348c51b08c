import { quantile } from './experiments/experiment.ts';
import type { Outcome } from './run-experiment.ts';

/** One experiment for people: what was done, what was seen, what was wrong. */
export function paragraph(outcome: Outcome): string {
  const { id, title, done, wanted, unit, seconds, seed, ops, report, figures, violations, wrong, missed } = outcome;
  const late = report.lateness.length > 0 ? `; ${report.lateness.length} deadlines, lateness p99 ${quantile(report.lateness, 0.99).toFixed(1)} s` : '';
  const own = report.ownWrites.length > 0 ? `; own writes seen p95 ${(quantile(report.ownWrites, 0.95) * 1_000).toFixed(0)} ms (${report.ownWrites.length})` : '';
  return [
    `${id}  ${title}`,
    `    ${done} of ${wanted} ${unit} in ${seconds.toFixed(0)} s, seed ${seed}${done < wanted ? ' (the budget of time ended it)' : ''}`,
    `    ops ${ops.ok} ok, ${ops.fail} refused, ${ops.unknown} unknown, ${ops.retried} asked again; ${report.processes} processes, ${
      report.decisions} decisions, ${report.replayed} replayed; quiet after ${report.quietAfter.toFixed(1)} s${late}${own}`,
    ...Object.entries(figures).map(([name, figure]) => `    ${name}: ${figure}`),
    ...missed.map((target) => `    target missed: ${target}`),
    ...wrong.slice(0, 20).map((text) => `    WRONG ${text}`),
    ...violations.slice(0, 20).map(({ invariant, id: at, text }) => `    ${invariant} VIOLATED ${at}: ${text}`),
    `    ${isGood(outcome) ? 'ok: no violation' : `${violations.length} violations, ${wrong.length} wrong`}`,
  ].join('\n');
}

/** True when nothing was lost, doubled, or otherwise as it must not be. */
export function isGood({ violations, wrong }: Outcome): boolean {
  return violations.length === 0 && wrong.length === 0;
}

/** All of a run in one table, as Markdown that stands as well on a screen. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => [
    outcome.id, outcome.title, `${outcome.done} ${outcome.unit}`,
    [...Object.entries(outcome.figures).map(([name, figure]) => `${name}: ${figure}`), ...outcome.missed.map((target) => `missed: ${target}`)].join('; '),
    isGood(outcome) ? '0' : `${outcome.violations.length + outcome.wrong.length}`, String(outcome.seed), outcome.seconds.toFixed(0),
  ]);
  const head = ['', 'what was done', 'counts', 'figures', 'violations', 'seed', 's'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
