import { requisition, type Cast, type Lines, type Requester, type Requisition } from './requisition.ts';

/** Tells what happens to the `n`-th requisition of the demo. */
export type Story = (cast: Cast, n: number) => Promise<void>;

/** These need `shortTimeouts` while they begin: nobody waits seven days for a demo. */
export const hurriedStories: readonly Story[] = [
  ...times(3, async (cast, n) => {
    const it = await start(cast, n);
    await it.approve();
    await it.waitFor(cast.storekeeper, 'hand-over');
  }),
  ...times(3, async (cast, n) => {
    const it = await start(cast, n);
    await it.waitFor(it.leader, 'department-leader');
  }),
];

/** Everything else that can happen to a requisition, several times each. */
export const stories: readonly Story[] = [
  // Waiting for the department's leader: plain, urged and commented, copied, with someone else.
  ...times(3, async (cast, n) => {
    await start(cast, n);
  }),
  async (cast, n) => {
    const it = await start(cast, n);
    await it.waitFor(it.leader, 'department-leader');
    await it.tell(it.requester, 'remind');
    await it.tell(it.requester, 'comments', { text: '本周五前需要，麻烦领导尽快审批。' });
  },
  async (cast, n) => {
    await start(cast, n, { cc: [cast.director.personId, cast.leader2.personId] });
  },
  ...['person-liu-yang', 'person-huang-shiyu'].map((to): Story => async (cast, n) => {
    const it = await start(cast, n, { who: 'requester' });
    await it.act(it.leader, 'department-leader', 'transfer', { to, comment: '外出开会，请代为审批。' });
  }),

  // A leader's own goes to the general manager.
  ...(['leader', 'leader2'] as const).map((who): Story => async (cast, n) => {
    await start(cast, n, { who });
  }),

  // Waiting for the director.
  ...times(4, async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'approved', { comment: '同意。' });
  }),
  async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'approved', { cc: [cast.storekeeper.personId] });
    await it.act(cast.director, 'service-centre-director', 'claim');
    await it.tell(cast.director, 'comments', { text: '请库管员先确认一下库存。' });
  },
  async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'approved');
    await it.waitFor(cast.director, 'service-centre-director');
    await it.tell(it.requester, 'remind');
  },

  // Waiting at the counter, two of them for a rest that was kept.
  ...times(6, async (cast, n) => {
    const it = await start(cast, n);
    await it.approve({ comment: '同意，工作需要。' });
  }),
  async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId: 'item-archive-box', quantity: 20 }] });
    await it.approve();
    await issue(cast, it, [{ itemId: 'item-archive-box', issued: 12 }], 'keep');
  },
  async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId: 'item-tissue-box', quantity: 24 }] });
    await it.approve();
    await issue(cast, it, [{ itemId: 'item-tissue-box', issued: 10 }], 'keep');
  },

  // More than the shelf has: partly reserved, or back to the director with a note.
  ...['item-photo-paper', 'item-torch'].map((itemId): Story => async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId, quantity: 10 }, { itemId: 'item-pen-black', quantity: 5 }] });
    await it.approve();
  }),
  ...['item-ink-cartridge', 'item-docking-station'].map((itemId): Story => async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId, quantity: 2 }] });
    await it.approve();
    await it.waitFor(cast.director, 'service-centre-director', 2);
  }),

  // Returned: waiting for the requester, or revised and on its way again.
  ...times(3, async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'returned', { comment: '用途请写清楚，数量偏多。' });
    await it.waitFor(it.requester, 'revise');
  }),
  ...times(2, async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'approved');
    await it.decide(cast.director, 'service-centre-director', 'returned', { comment: '请按人数重新核定数量。' });
    const form = { purpose: '按实际人数核减后重新申请', lines: linesOf(n).map((line) => ({ ...line, quantity: 1 })) };
    await it.decide(it.requester, 'revise', 'resubmitted', { data: { form } });
    await it.waitFor(it.leader, 'department-leader', 2);
  }),

  // Rejected and withdrawn.
  ...times(3, async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'rejected', { comment: '本季度已领用，暂不同意。' });
  }),
  ...times(3, async (cast, n) => {
    const it = await start(cast, n);
    await it.decide(it.leader, 'department-leader', 'approved');
    await it.decide(cast.director, 'service-centre-director', 'rejected', { comment: '超出定额，请先使用部门现有库存。' });
  }),
  ...times(2, async (cast, n) => {
    const it = await start(cast, n);
    await it.tell(it.requester, 'withdraw', { reason: '重复提交。' });
  }),
  async (cast, n) => {
    const it = await start(cast, n);
    await it.approve();
    await it.waitFor(cast.storekeeper, 'hand-over');
    await it.tell(it.requester, 'withdraw', { reason: '培训取消，不再需要。' });
  },

  // Issued: with and without an evaluation, once with lowered quantities, once in two parts.
  ...times(5, async (cast, n) => {
    const it = await start(cast, n);
    await it.approve();
    await issue(cast, it);
  }),
  ...[
    [5, 5, 5, '很快，态度很好。'], [5, 4, 5, ''], [4, 3, 5, '多等了一天，其他都好。'], [5, 5, 4, ''], [3, 4, 4, '笔芯有几支不出墨。'],
    [2, 2, 4, '纸张受潮，希望改进保管。'],
  ].map(([quality, speed, service, text]): Story => async (cast, n) => {
    const it = await start(cast, n);
    await it.approve();
    await issue(cast, it);
    const data = { stars: { quality, speed, service }, ...(text && { text }) };
    await it.decide(it.requester, 'evaluation', 'evaluated', { data });
  }),
  async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId: 'item-paper-a4', quantity: 12 }] });
    await it.decide(it.leader, 'department-leader', 'approved');
    const lines = [{ itemId: 'item-paper-a4', quantity: 8, reason: '按部门人数核定' }];
    await it.decide(cast.director, 'service-centre-director', 'approved', { data: { lines } });
    await issue(cast, it);
  },
  async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId: 'item-folder-clear', quantity: 30 }] });
    await it.approve();
    await issue(cast, it, [{ itemId: 'item-folder-clear', issued: 20 }], 'keep');
    await it.decide(cast.storekeeper, 'hand-over', 'issued', { n: 2 });
  },

  // Partly issued: the rest is closed.
  ...['item-pen-blue', 'item-notebook-a5', 'item-bin-bags'].map((itemId): Story => async (cast, n) => {
    const it = await start(cast, n, { lines: [{ itemId, quantity: 10 }] });
    await it.approve();
    await issue(cast, it, [{ itemId, issued: 6 }], 'close');
  }),
];

const purposes = [
  '班组日常办公', '季度安全例会会务', '新员工入职培训', '迎峰度夏值班保障', '营业厅柜台补充', '档案整理专项工作', '变电站现场消缺',
  '部门月度办公用品领用', '用户走访宣传活动', '年度财务资料归档', '应急演练物资准备', '党员活动室布置', '线路巡视劳保补充',
  '上级检查资料打印', '电费核算月结打印',
];

const shelf = [
  'item-pen-black', 'item-paper-a4', 'item-notebook-a5', 'item-sticky-notes', 'item-document-bag', 'item-archive-box',
  'item-clear-tape', 'item-batteries-aa', 'item-tissue-box', 'item-paper-cups', 'item-gloves-cotton', 'item-mask-n95',
  'item-folder-clear', 'item-refill-black',
];

async function start(
  cast: Cast,
  n: number,
  { who, lines, cc }: { who?: Requester; lines?: Lines; cc?: string[] } = {},
): Promise<Requisition> {
  const requester = who ?? (n % 3 === 0 ? 'requester2' : 'requester');
  return requisition(cast, n, requester, { purpose: purposes[n % purposes.length]!, lines: lines ?? linesOf(n) }, cc);
}

function linesOf(n: number): Lines {
  return Array.from({ length: 1 + (n % 3) }, (_, i) => ({
    itemId: shelf[(n * 5 + i * 3) % shelf.length]!, quantity: 1 + ((n + i) % 5),
  }));
}

async function issue(
  cast: Cast,
  it: Requisition,
  lines?: { itemId: string; issued: number }[],
  rest?: 'keep' | 'close',
): Promise<void> {
  const data = lines && { data: { lines, rest, receivedBy: '本人' } };
  await it.decide(cast.storekeeper, 'hand-over', 'issued', data ?? {});
}

function times(count: number, story: Story): Story[] {
  return Array.from({ length: count }, () => story);
}
