/** What we say by SMS. Carriers in China send approved texts only, so the words are fixed and values are short and plain (no address). */
interface Template {
  /** Names of the values, in the order in which the text has them. */
  readonly params: readonly string[];
  readonly text: { readonly zh: string; readonly en: string };
}

export const templates = {
  'tasks-late': {
    params: ['count'],
    text: {
      zh: '您有{count}项待办已到提醒时间，请登录智慧后勤处理。',
      en: '{count} of your tasks are waiting past their reminder. Please open Houqin.',
    },
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;

/** The words that a phone shows, without the signature that a carrier puts before them. */
export function textOf(name: TemplateName, locale: string, params: Readonly<Record<string, string>>): string {
  const { text } = templates[name];
  return (locale === 'en' ? text.en : text.zh).replace(/\{(\w+)\}/g, (_all, param: string) => params[param] ?? '');
}
