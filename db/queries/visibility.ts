import type { Knex } from 'knex';

/** Whose rights a query checks; the API's actor is one. */
export interface Viewer {
  readonly personId: string;
  readonly roles: readonly string[];
  /** `person:…`, `role:…`, `leader:…` */
  readonly principals: readonly string[];
  /** Process types of which one sees every case. */
  readonly oversees?: readonly string[];
}

const SEES_ALL = ['auditor', 'process-administrator'];

/** True for those who may look at every process. */
export function seesAll(viewer: Viewer): boolean {
  return SEES_ALL.some((role) => viewer.roles.includes(role));
}

/** The same person without an office. */
export function withoutRole(viewer: Viewer, role: string): Viewer {
  return {
    personId: viewer.personId,
    roles: viewer.roles.filter((each) => each !== role),
    principals: viewer.principals.filter((each) => each !== `role:${role}`),
  };
}

/**
 * Keeps the processes (table `process`) that the viewer may see: one's own, those copied to one, those with a task that is or was one's own
 * or is one's to claim; auditors and administrators see all.
 */
export function whereVisible(query: Knex.QueryBuilder, viewer: Viewer): Knex.QueryBuilder {
  if (seesAll(viewer)) return query;
  const { personId, principals, oversees = [] } = viewer;
  return query.where((any) => any
    .where('process.requester_id', personId)
    .modify((more) => { if (oversees.length > 0) void more.orWhereIn('process.type', [...oversees]); })
    .orWhereExists((copies) => copies.from('copy').whereRaw('copy.process_id = process.id').where('copy.person_id', personId))
    .orWhereExists((tasks) => tasks.from('task').whereRaw('task.process_id = process.id')
      .where((mine) => mine
        .where('task.assignee_id', personId).orWhere('task.decided_by', personId)
        .orWhere((candidate) => candidate
          .whereRaw('task.candidates && ?::text[]', [[...principals]]).whereRaw('NOT ? = ANY (task.excluded)', [personId])))));
}

/** `%text%` for ILIKE, in which the text's own `%`, `_` and `\` mean themselves. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
