import { findIn, findInDatabase, planted, plantedVisitor } from '../planted.ts';
import type { Run } from '../checker.ts';
import { sayOf, type Violation } from './facts.ts';

/** I12: nothing that people wrote is in Temporal or in a log, and nothing personal of visitors in clear anywhere; the search proves itself on ids that must be there. */
export async function privacy(run: Pick<Run, 'adminUrl' | 'controls' | 'logs'>): Promise<Violation[]> {
  const { violations, say } = sayOf('I12');
  const values = [...Object.values(planted), ...Object.values(plantedVisitor)];
  const finds = [
    ...await findInDatabase(run.adminUrl('temporal'), [...values, ...run.controls]),
    ...await findInDatabase(run.adminUrl('temporal_visibility'), values),
    ...run.logs().flatMap(({ name, text }) => findIn(name, Buffer.from(text), values)),
  ];
  // Sealed even at home.
  const { name, phone, plate, idNumber } = plantedVisitor;
  for (const { value, encoding, place } of await findInDatabase(run.adminUrl('houqin'), [name, phone, plate, idNumber])) say(place, `holds “${value}” as ${encoding}`);
  const isControl = ({ value }: { value: string }): boolean => run.controls.includes(value);
  for (const { value, encoding, place } of finds.filter((find) => !isControl(find))) say(place, `holds “${value}” as ${encoding}`);
  if (run.controls.length > 0 && !finds.some(isControl)) say('temporal', 'the search does not find an id that must be there');
  return violations;
}
