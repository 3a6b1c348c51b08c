import type { TextTable } from './table.ts';

export const printTexts = {
} as const satisfies TextTable;
