/** Whoever dispatches repairs. */
export const DISPATCHER: readonly string[] = ['dispatcher'];

/** Whoever may look at the dispatch board. */
export const DISPATCH_READERS: readonly string[] = [...DISPATCHER, 'service-centre-director', 'process-administrator', 'auditor'];

/** Whoever repairs. */
export const REPAIRER: readonly string[] = ['repairer'];
