import { me } from '../session.ts';
import type { TextKey } from '../texts.ts';

/** Where a step is done in the flesh: the page that knows its scanner, its receiver, its stock. */
export interface Desk {
  /** The decision that is taken there, and there alone by whoever has the desk. */
  readonly outcome: string;
  readonly path: string;
  readonly text: TextKey;
  readonly role: string;
}

const DESKS: Readonly<Record<string, Readonly<Record<string, Desk>>>> = {
  'repair-order': {
    dispatch: { outcome: 'dispatched', path: '/repairs/board', text: 'repairs.to-board', role: 'dispatcher' },
    accept: { outcome: 'accepted', path: '/repairs/mine', text: 'repairs.to-mine', role: 'repairer' },
    'accept-emergency': { outcome: 'accepted', path: '/repairs/mine', text: 'repairs.to-mine', role: 'repairer' },
    work: { outcome: 'completed', path: '/repairs/mine', text: 'repairs.to-mine', role: 'repairer' },
  },
  'supply-requisition': { 'hand-over': { outcome: 'issued', path: '/supply/counter', text: 'process.counter', role: 'storekeeper' } },
};

/** The desk of a step, for whoever has it: one place to hand things over, so that no list's button does it by the way. */
export function deskOf(type: string, step: string | null): Desk | undefined {
  const desk = DESKS[type]?.[step ?? ''];
  return desk && me.value?.roles.some(({ id }) => id === desk.role) ? desk : undefined;
}
