import type { TextTable } from './table.ts';

/** Personal data in clear, and how long they are kept. */
export const personalTexts = {
  'personal.show': { zh: '查看个人信息', en: 'Show personal data' },
  'personal.title': { zh: '查看个人信息原文', en: 'Personal data in clear' },
  'personal.hint': { zh: '请说明原因。查看会记入此流程的经过，每人每天最多 20 次。', en: 'Say why. It is recorded in this case; 20 times a day at most.' },
  'personal.reason': { zh: '原因', en: 'Reason' },
  'personal.reason.needed': { zh: '请填写原因。', en: 'Say why.' },
  'personal.forbidden': {
    zh: '只有申请人、办理过或正在办理的人、前台、门岗保卫和流程管理员可以查看个人信息。',
    en: 'Only the requester, whoever works or worked on it, the front desk, security and process administrators may see personal data.',
  },
  'personal.shown': { zh: '离开本页后不再显示', en: 'Gone when you leave this page' },
  'personal.hide': { zh: '隐藏', en: 'Hide' },
  'personal.kind.name': { zh: '姓名', en: 'Name' },
  'personal.kind.phone': { zh: '手机号', en: 'Phone' },
  'personal.kind.id-number': { zh: '证件号码', en: 'ID number' },
  'personal.kind.plate': { zh: '车牌号', en: 'Plate' },

  'admin.retention': { zh: '个人信息', en: 'Personal data' },
  'retention.title': { zh: '个人信息保存期限', en: 'How long personal data are kept' },
  'retention.hint': {
    zh: '流程结束后超过天数的个人信息在每天 03:00 自动删除，只留下脱敏内容；删除不可恢复。',
    en: 'Every night at 03:00 personal data are deleted that are older than this, counted from the end of their case. The masked text stays; nothing brings the rest back.',
  },
  'retention.id': { zh: '证件号码（天）', en: 'ID numbers (days)' },
  'retention.other': { zh: '姓名、电话、车牌（天）', en: 'Names, phones, plates (days)' },
  'retention.save': { zh: '保存', en: 'Save' },
  'retention.saved': { zh: '已保存，下次清理时生效', en: 'Saved: it counts from the next deletion' },
  'retention.kept': { zh: '目前保存 {n} 项个人信息。', en: '{n} personal {n:value is|values are} kept now.' },
  'retention.run': { zh: '上次清理 {time}：删除 {n} 项，涉及 {cases} 个流程。', en: 'Last deletion {time}: {n} {n:value|values} of {cases} {cases:case|cases}.' },
  'retention.never': { zh: '尚未清理过。', en: 'No deletion has run yet.' },
} as const satisfies TextTable;
