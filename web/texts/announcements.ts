import type { TextTable } from './table.ts';

export const announcementTexts = {
} as const satisfies TextTable;
