/** Whoever has the front desk. */
export const VISIT_DESK: readonly string[] = ['front-desk', 'security'];

/** Whoever may read how many came, and take it away as a file. */
export const VISIT_READERS: readonly string[] = [...VISIT_DESK, 'service-centre-director', 'process-administrator', 'auditor'];
