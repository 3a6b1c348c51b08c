import { sayOf, type Facts, type Violation } from './facts.ts';

/** Who asks again a second after the answer sees it; up to 5 % may take longer. */
const WITHIN_S = 1;
const LATE_AT_MOST = 0.05;

/**
 * I15: after a 200 one's own list shows it. An answered look that began more than a second after the answer and did not show it makes the
 * sample a late one; how long a look itself takes is the machine's affair.
 */
export function ownWrites({ sightings }: Facts): { violations: Violation[]; seconds: number[] } {
  const { violations, say } = sayOf('I15');
  for (const { opId, list, seconds } of sightings) if (seconds === null) say(String(opId), `op ${opId} never showed in ${list}`);
  const late = sightings.filter(({ blind }) => blind > WITHIN_S);
  if (late.length > sightings.length * LATE_AT_MOST) {
    for (const { opId, list, blind } of late) say(String(opId), `op ${opId} was not yet in ${list} ${blind.toFixed(1)} s after its answer`);
  }
  return { violations, seconds: sightings.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])) };
}
