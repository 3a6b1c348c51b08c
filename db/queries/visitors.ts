/** Whose processes are those that outsiders start: they have no account. Nobody lists, changes or logs in as this one. */
export const VISITORS = { personId: 'person-visitors', departmentId: 'dept-visitors' } as const;
