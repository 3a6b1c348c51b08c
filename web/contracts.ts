import { timedSteps, type ProcessContract, type Text } from '../workflows/lib/contract.ts';
import { t, textKey } from './texts.ts';

const modules = import.meta.glob<{ contract: ProcessContract }>('../workflows/*/contract.ts', { eager: true });

/** The contracts of all processes, plain data: a new process needs no line here. Not the registry, whose schemas would come into the page. */
export const contracts: Readonly<Record<string, ProcessContract>> = Object.fromEntries(
  Object.values(modules).filter(({ contract }) => contract?.type !== undefined).map(({ contract }) => [contract.type, contract]),
);

/** A text in the page's language; empty for none. */
export function words(text: Text | null | undefined): string {
  return text?.[textKey.value] ?? '';
}

/** A department's name in the page's language. */
export function departmentWords({ department, departmentEn }: { department: string; departmentEn: string }): string {
  return textKey.value === 'en' ? departmentEn : department;
}

/** The word for a step's outcome, a person's or the clock's. */
export function outcomeWords(type: string, step: string | null, outcome: string | null): string {
  if (outcome === null) return '';
  const found = contracts[type]?.steps[step ?? ''];
  return words(found?.outcomes[outcome] ?? found?.clockOutcomes?.[outcome] ?? contracts[type]?.outcomes[outcome]?.title) || outcome;
}

/** What has a timeout policy, in words: a step, or a policy of the process's clock. */
export function timedWords(type: string, step: string): string {
  const contract = contracts[type];
  return words(contract && timedSteps(contract)[step]?.title);
}

/** A step as lists name it: with what is said when it is open for another time. `taskId` ends with the how-manieth it is. */
export function openStepWords(type: string, step: string, taskId: string): string {
  const found = contracts[type]?.steps[step];
  const again = Number(taskId.split('.').at(-1)) > 1 ? words(found?.again) : '';
  return again === '' ? words(found?.title) : t('step.again', { step: words(found?.title), again });
}

/** Who holds a task, in words: who claimed it, else the roles and leaders with the people behind them. */
export function holderWords({ assignee, holders }: {
  assignee: { name: string } | null; holders: readonly { name: Text; people: readonly { name: string }[] }[];
}): string {
  if (assignee) return assignee.name;
  return holders.map(({ name, people }) => {
    const title = words(name);
    const names = people.map((person) => person.name).filter((each) => each !== title);
    return names.length === 0 ? title : t('holder.people', { title, names: names.slice(0, MOST_NAMES).join('、') + (names.length > MOST_NAMES ? '…' : '') });
  }).join('、');
}

const MOST_NAMES = 3;
