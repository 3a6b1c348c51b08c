import type { TextTable } from './table.ts';

export const statisticTexts = {
} as const satisfies TextTable;
