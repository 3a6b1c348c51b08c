/** What we say by SMS. Carriers in China send approved texts only, so the words are fixed and values are short and plain (no address). */
interface Template {
  /** Names of the values, in the order in which the Chinese text has them. */
  readonly params: readonly string[];
  /**
   * Where `{link}` leads: our public address, this path, and the value `token`. A carrier takes no address as a value, so all of it but the token
   * belongs to the text that is approved.
   */
  readonly link?: '/a/' | '/v/';
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
  'task-ask': {
    params: ['title', 'digit', 'token'],
    link: '/a/',
    text: {
      zh: '{title}，等您处理。回复{digit}1同意、{digit}0拒绝，或打开 {link}',
      en: '{title} waits for you. Reply {digit}1 to approve, {digit}0 to reject, or open {link}',
    },
  },
  // Whoever has nine of them open: no digit is left to answer with.
  'task-ask-link': {
    params: ['title', 'token'],
    link: '/a/',
    text: { zh: '{title}，等您处理。请打开 {link}', en: '{title} waits for you. Please open {link}' },
  },
  'reply-not-understood': {
    params: [],
    text: {
      zh: '未能识别您的回复，未做任何处理。请按短信中的两位数字回复，或打开短信中的链接办理。',
      en: 'We could not read your reply, and nothing was done. Reply with the two digits of the SMS, or open its link.',
    },
  },
  'reply-too-late': {
    params: ['title'],
    text: {
      zh: '您的回复没有生效：{title}，此事已办结、已由他人办理或已过期。',
      en: 'Your reply had no effect: {title} is done, somebody else’s by now, or out of date.',
    },
  },
  'phone-code': {
    params: ['code'],
    text: {
      zh: '验证码{code}，10分钟内有效，请勿告诉他人。',
      en: 'Your code is {code}. It is good for 10 minutes; tell it to nobody.',
    },
  },
  'visit-code': {
    params: ['when', 'place', 'code', 'token'],
    link: '/v/',
    text: {
      zh: '您{when}到{place}的来访已同意，到访码{code}，请在自助机输入，或出示 {link}',
      en: 'Your visit on {when} to {place} is approved. Type the code {code} at the kiosk, or show {link}',
    },
  },
  'visit-moved': {
    params: ['when', 'place', 'code', 'token'],
    link: '/v/',
    text: {
      zh: '您的来访时间改为{when}，地点{place}，到访码{code}，请在自助机输入，或出示 {link}',
      en: 'Your visit was moved to {when}, at {place}. Type the code {code} at the kiosk, or show {link}',
    },
  },
  'visit-refused': {
    params: ['when'],
    text: {
      zh: '您{when}的来访申请未获同意，如有疑问请联系被访人。',
      en: 'Your visit on {when} was not approved. Please ask your host if you have questions.',
    },
  },
  'visit-cancelled': {
    params: ['when'],
    text: { zh: '您{when}的来访已取消，如有疑问请联系被访人。', en: 'Your visit on {when} was cancelled. Please ask your host if you have questions.' },
  },
  // To the host, who has read who comes in the ask.
  'visit-arrived': {
    params: ['visitor', 'place'],
    text: { zh: '您的访客{visitor}已到，地点{place}，请接待。', en: 'Your visitor {visitor} has arrived, for {place}. Please meet them.' },
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;

/** The words that a phone shows, without the signature that a carrier puts before them. `publicUrl` is the origin that links lead to. */
export function textOf(name: TemplateName, locale: string, params: Readonly<Record<string, string>>, publicUrl: string): string {
  return filled(name, locale === 'en' ? 'en' : 'zh', publicUrl, (param) => params[param] ?? '');
}

/** The text to register with Aliyun, with its variables as Aliyun writes them. `publicUrl` as `textOf` has it. */
export function aliyunText(name: TemplateName, language: 'zh' | 'en', publicUrl: string): string {
  return filled(name, language, publicUrl, (param) => `\${${param}}`);
}

function filled(name: TemplateName, language: 'zh' | 'en', publicUrl: string, value: (param: string) => string): string {
  const { text, link }: Template = templates[name];
  return text[language].replace(/\{(\w+)\}/g, (_all, param: string) => (param === 'link' ? `${publicUrl}${link}${value('token')}` : value(param)));
}

/** So much of a value carriers in China take, and nothing of these. */
const MOST = 35;
const REFUSED = /[.。'’<>{}【】[\]\s]+/g;

/** A value as a carrier takes it: one line, without the characters that are refused, at most 35 of the rest. */
export function shortValue(text: string): string {
  const plain = [...text.replace(REFUSED, ' ').trim()];
  return plain.length > MOST ? `${plain.slice(0, MOST - 1).join('')}…` : plain.join('');
}
