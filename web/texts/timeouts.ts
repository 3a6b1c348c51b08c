import type { TextTable } from './table.ts';

export const timeoutTexts = {
} as const satisfies TextTable;
