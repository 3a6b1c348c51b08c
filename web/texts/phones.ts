import type { TextTable } from './table.ts';

export const phoneTexts = {
  'phones.title': { zh: '演示手机', en: 'The demo’s phones' },
  'phones.about': {
    zh: '演示环境不向真实手机发短信：每部手机收到的短信显示在这里，每两秒更新。',
    en: 'The demo sends no SMS to real phones: what each phone receives is shown here, anew every two seconds.',
  },
  'phones.none': { zh: '还没有短信。待办到了提醒时间，办理人的手机会收到一条。', en: 'No SMS yet. When a task reaches its reminder, whoever holds it receives one.' },
  'phones.not-here': { zh: '只有演示环境有此页面。', en: 'Only the demo has this page.' },
  'phones.reply': { zh: '回复', en: 'Reply' },
  'phones.reply.to': { zh: '以 {phone} 回复', en: 'Reply as {phone}' },
  'phones.reply.send': { zh: '发送', en: 'Send' },
  'phones.replied': { zh: '已回复：{text}', en: 'Replied: {text}' },
  'phones.sign': { zh: '【智慧后勤】', en: '[Houqin] ' },
} as const satisfies TextTable;
