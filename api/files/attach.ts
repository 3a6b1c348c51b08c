import type { Knex } from 'knex';
import { z } from 'zod';
import { recordAudit } from '../../db/queries/audit.ts';
import { attachFiles, lockFiles, type LockedFile } from '../../db/queries/files.ts';
import { fieldTexts, Problem, type FieldError } from '../errors.ts';
import { innerOf } from '../input.ts';

/** A photo that was filled in, and where: `data.photos.0`. */
export interface PhotoAt {
  id: string;
  at: string;
}

/** The photos in a value that the schema has parsed, below `at`; `photos` in workflows/lib/form.ts marks the fields. */
export function photosIn(schema: z.core.$ZodType, value: unknown, at: string): PhotoAt[] {
  if (value === undefined || value === null) return [];
  if (schema instanceof z.ZodType && schema.meta()?.['x-kind'] === 'photos') return (value as string[]).map((id, i) => ({ id, at: `${at}.${i}` }));
  const inner = innerOf(schema);
  if (inner) return photosIn(inner, value, at);
  if (schema instanceof z.ZodArray) return (value as unknown[]).flatMap((each, i) => photosIn(schema.element, each, `${at}.${i}`));
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, member]) => photosIn(member, (value as Record<string, unknown>)[name], `${at}.${name}`));
}

/**
 * Gives photos to a process, in the transaction of what they belong to: afterwards whoever sees the process sees them. They must be `by`'s own
 * and nowhere yet, or in this process already. Throws a 400 that names each that is not, the same for one of another and one that never was.
 */
export async function attachPhotos(
  trx: Knex.Transaction, photos: readonly PhotoAt[], { processId, taskId = null, by }: { processId: string; taskId?: string | null; by: string },
): Promise<void> {
  if (photos.length === 0) return;
  const files = new Map((await lockFiles(trx, photos.map(({ id }) => id))).map((file) => [file.id, file]));
  const isFree = (file: LockedFile | undefined): boolean => file?.process_id === null && file.owner_id === by;
  const errors = photos.flatMap(({ id, at }, i) => {
    if (photos.findIndex((other) => other.id === id) < i) return [field(at, 'file.repeated')];
    return isFree(files.get(id)) || files.get(id)?.process_id === processId ? [] : [field(at, 'file.unusable')];
  });
  if (errors.length > 0) throw new Problem('invalid-input', {}, {}, errors);
  const added = photos.map(({ id }) => id).filter((id) => isFree(files.get(id)));
  if (added.length === 0) return;
  await attachFiles(trx, added, processId);
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'files-attached', processId, taskId, detail: { n: added.length, files: added } });
}

function field(path: string, key: 'file.repeated' | 'file.unusable'): FieldError {
  const { zh, en } = fieldTexts[key]!;
  return { in: 'body', path, message: { zh: `${path}：${zh}`, en: `${path}: ${en}` } };
}
