import type { TextTable } from './table.ts';

export const auditTexts = {
} as const satisfies TextTable;
