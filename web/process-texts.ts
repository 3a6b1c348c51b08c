import type { ProcessContract, Text } from '../workflows/lib/contract.ts';
import { textKey } from './texts.ts';

// The contracts alone: the registry brings the forms, and with them zod, which a list does not need.
const contracts = import.meta.glob<ProcessContract>(['../workflows/*/contract.ts', '!../workflows/lib/contract.ts'], { eager: true, import: 'contract' });
const byType: Readonly<Record<string, ProcessContract | undefined>> = Object.fromEntries(
  Object.values(contracts).map((contract) => [contract.type, contract]),
);

/** A process type's title in the page's language; a type that this page does not know yet is named by its key. */
export function processTitle(type: string): string {
  return inWords(byType[type]?.title, type);
}

/** A step's title in the page's language. */
export function stepTitle(type: string, step: string): string {
  return inWords(byType[type]?.steps[step]?.title, step);
}

/** The title of a process's end in the page's language. */
export function outcomeTitle(type: string, outcome: string): string {
  return inWords(byType[type]?.outcomes[outcome]?.title, outcome);
}

function inWords(text: Text | undefined, key: string): string {
  return text?.[textKey.value] ?? key;
}
