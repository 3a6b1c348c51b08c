import { request, type Cast, type Request, type Requester } from './requisition.ts';
import { stampedPaper } from './stamped-paper.ts';
import type { Story } from './stories.ts';

const DAY_MS = 86_400_000;

const papers = [
  { document: '办公楼保洁服务合同', kind: 'contract', seal: 'contract', copies: 4, reason: '与中标单位签订 2027 年度保洁服务合同。' },
  { document: '在职证明（王薇）', kind: 'certificate', seal: 'company', copies: 1, reason: '办理子女入学。' },
  { document: '10 千伏线路改造工程投标文件', kind: 'tender', seal: 'company', copies: 6, reason: '正本一份、副本五份，周五开标。' },
  { document: '关于申请道路开挖许可的函', kind: 'letter', seal: 'company', copies: 2, reason: '送市城管局备案。' },
  { document: '银行账户变更授权书', kind: 'authorisation', seal: 'finance', copies: 1, reason: '更换网银经办人。' },
  { document: '车辆保险理赔委托书', kind: 'authorisation', seal: 'legal-representative', copies: 2, reason: '抢修车理赔。' },
] as const;

/** What can happen to a paper that wants a seal. */
export const sealStories: readonly Story[] = [
  // Waiting for the leader.
  async (cast, n) => {
    await ask(cast, n, 0);
  },
  async (cast, n) => {
    await ask(cast, n, 2, 'requester2');
  },
  // Waiting for the seal: plain, taken outside, urged.
  async (cast, n) => {
    await approved(cast, n, 3);
  },
  async (cast, n) => {
    await approved(cast, n, 5, { outside: { destination: '人保财险城南支公司', returnOn: inDays(3) } });
  },
  async (cast, n) => {
    const it = await approved(cast, n, 1);
    await it.waitFor(cast.sealkeeper, 'stamp');
    await it.tell(it.requester, 'remind');
  },
  // Stamped whole, and one copy less with a photo.
  async (cast, n) => {
    const it = await approved(cast, n, 1);
    await it.decide(cast.sealkeeper, 'stamp', 'stamped');
  },
  async (cast, n) => {
    const it = await approved(cast, n, 0);
    await it.waitFor(cast.sealkeeper, 'stamp');
    // Told again, it would have another photo.
    if ((await cast.sealkeeper.find<{ state: string }>(`/tasks/${it.id}.stamp.1`))?.state !== 'open') return;
    const photos = [await cast.sealkeeper.upload(await stampedPaper())];
    await it.decide(cast.sealkeeper, 'stamp', 'stamped', { data: { copies: 3, photos }, comment: '一份有涂改，未盖。' });
  },
  // Returned by the keeper, refused by the leader, withdrawn.
  async (cast, n) => {
    const it = await approved(cast, n, 2);
    await it.decide(cast.sealkeeper, 'stamp', 'returned', { comment: '投标文件缺授权页，请补齐后重新提交。' });
    await it.waitFor(it.requester, 'revise');
  },
  async (cast, n) => {
    const it = await ask(cast, n, 4, 'requester2');
    await it.decide(it.leader, 'department-leader', 'rejected', { comment: '请先报财务部会签。' });
  },
  async (cast, n) => {
    const it = await approved(cast, n, 3);
    await it.waitFor(cast.sealkeeper, 'stamp');
    await it.tell(it.requester, 'withdraw', { reason: '函件内容需要修改。' });
  },
];

function ask(cast: Cast, n: number, paper: number, who: Requester = 'requester', more: object = {}): Promise<Request> {
  return request(cast, n, who, { type: 'seal-use', form: { ...papers[paper], neededOn: inDays(2 + (n % 4)), ...more } });
}

async function approved(cast: Cast, n: number, paper: number, more: object = {}): Promise<Request> {
  const it = await ask(cast, n, paper, 'requester', more);
  await it.decide(it.leader, 'department-leader', 'approved');
  return it;
}

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
