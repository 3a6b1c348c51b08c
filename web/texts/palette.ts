import type { TextTable } from './table.ts';

export const paletteTexts = {
} as const satisfies TextTable;
