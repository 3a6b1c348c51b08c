import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.ts';

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** The people of the demo, by user name. */
export type Cast = Readonly<Record<
  'requester' | 'requester2' | 'leader' | 'leader2' | 'director' | 'storekeeper' | 'sealkeeper' | 'frontdesk' | 'service' | 'repairer' | 'repairer2' | 'admin' | 'auditor', Account
>>;

/** Those of them who ask for things. */
export type Requester = 'requester' | 'requester2' | 'leader' | 'leader2';

/** What is asked for: item ids and quantities. */
export type Lines = readonly { itemId: string; quantity: number }[];

/** How a task is answered. `n` is the how-manieth task of its step it is, from 1. */
export interface Answer {
  n?: number;
  comment?: string;
  data?: object;
  cc?: string[];
}

/** One request on its way. Each step has an Idempotency-Key, so a story that broke off can be told again. */
export interface Request {
  id: string;
  requester: Account;
  /** Who leads the requester's department: perhaps the requester, whose superior has no account in the demo. */
  leader: Account;
  /** Waits until the task is there, then decides it. */
  decide(who: Account, step: string, outcome: string, answer?: Answer): Promise<void>;
  /** Waits until the task of this step is there for `who`. */
  waitFor(who: Account, step: string, n?: number): Promise<void>;
  /** Something else that `who` does to a task: claim, transfer. */
  act(who: Account, step: string, action: string, body?: object): Promise<void>;
  /** Something that `who` does to the request itself: comments, remind, withdraw. */
  tell(who: Account, action: string, body?: object): Promise<void>;
}

/** A requisition, with both its approvals. */
export interface Requisition extends Request {
  approve(answer?: Answer): Promise<void>;
}

/** Starts the requisition of story `n`. */
export async function requisition(
  cast: Cast,
  n: number,
  who: Requester,
  form: { purpose: string; lines: Lines },
  cc?: string[],
): Promise<Requisition> {
  const it = await request(cast, n, who, { type: 'supply-requisition', form, ...(cc && { cc }) });
  return {
    ...it,
    async approve(answer) {
      await it.decide(it.leader, 'department-leader', 'approved', answer);
      await it.decide(cast.director, 'service-centre-director', 'approved');
    },
  };
}

/** Starts the request of story `n`, of any type. */
export async function request(
  cast: Cast, n: number, who: Requester, body: { type: string; form: object; cc?: string[] },
): Promise<Request> {
  const requester = cast[who];
  const leader = who.endsWith('2') ? cast.leader2 : cast.leader;
  const { id } = await requester.call<{ id: string }>('POST', '/processes', body, `demo-${n}-start`);

  const taskOf = (step: string, nth: number): string => `${id}.${step}.${nth}`;
  const waitFor = async (account: Account, step: string, nth = 1): Promise<void> => {
    const patienceEnds = Date.now() + PATIENCE_MS;
    while (!(await account.find(`/tasks/${taskOf(step, nth)}`))) {
      if (Date.now() > patienceEnds) throw new Error(`${account.username} has waited in vain for ${taskOf(step, nth)}`);
      await sleep(LOOK_EVERY_MS);
    }
  };
  const decide = async (
    account: Account, step: string, outcome: string, { n: nth = 1, ...answer }: Answer = {},
  ): Promise<void> => {
    await waitFor(account, step, nth);
    const path = `/tasks/${taskOf(step, nth)}/decision`;
    await account.call('POST', path, { outcome, ...answer }, `demo-${n}-${step}-${nth}`);
  };
  return {
    id,
    requester,
    leader,
    decide,
    waitFor,
    async act(account, step, action, more) {
      await waitFor(account, step);
      await account.call('POST', `/tasks/${taskOf(step, 1)}/${action}`, more ?? {}, `demo-${n}-${step}-${action}`);
    },
    async tell(account, action, more) {
      await account.call('POST', `/processes/${id}/${action}`, more ?? {}, `demo-${n}-${action}`);
    },
  };
}
