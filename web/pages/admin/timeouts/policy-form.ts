import type { Policy } from './policy-words.ts';

/** A policy while it is edited: what is switched off keeps what was typed. Lengths are the API's text, empty while they are none. */
export interface PolicyForm {
  clock: Policy['clock'];
  due: { on: boolean; length: string };
  remind: { on: boolean; after: string; every: string; times: string };
  escalate: { on: boolean; after: string };
  expire: { on: boolean; after: string; outcome: string };
}

/** A policy as a form; `outcome` is what an expiry that there is not yet would do. */
export function formOf({ clock, due, remind, escalate, expire }: Policy, outcome: string): PolicyForm {
  const reminds = remind !== null && remind.times > 0;
  return {
    clock,
    due: { on: due !== null, length: due ?? 'P1D' },
    remind: { on: reminds, after: remind?.after ?? 'PT4H', every: remind?.every ?? 'P1D', times: String(reminds ? remind.times : 3) },
    escalate: { on: escalate !== null, after: escalate?.after ?? 'P3D' },
    expire: { on: expire !== null, after: expire?.after ?? 'P7D', outcome: expire?.outcome ?? outcome },
  };
}

/** What a form says, or undefined while something in it is not filled in. */
export function policyOf({ clock, due, remind, escalate, expire }: PolicyForm): Policy | undefined {
  const once = remind.times.trim() === '1';
  const lengths = [
    due.on && due.length, remind.on && remind.after, remind.on && !once && remind.every, escalate.on && escalate.after, expire.on && expire.after,
  ];
  if (lengths.includes('') || (remind.on && !areTimes(remind.times))) return undefined;
  return {
    clock,
    due: due.on ? due.length : null,
    // With one reminder it is asked for nothing, but the policy has it all the same.
    remind: remind.on ? { after: remind.after, every: remind.every || remind.after, times: Number(remind.times) } : null,
    escalate: escalate.on ? { after: escalate.after } : null,
    expire: expire.on ? { after: expire.after, outcome: expire.outcome } : null,
  };
}

/** Whether `text` is a number of reminders. */
export function areTimes(text: string): boolean {
  return /^\d{1,2}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 20;
}
