/** Texts by key, each in both languages. `{name}` stands for what the page fills in. */
export type TextTable = Record<string, { zh: string; en: string }>;
