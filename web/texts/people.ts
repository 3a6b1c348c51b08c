import type { TextTable } from './table.ts';

export const peopleTexts = {
} as const satisfies TextTable;
