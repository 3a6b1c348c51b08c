import type { TextTable } from './table.ts';

export const operationTexts = {
} as const satisfies TextTable;
