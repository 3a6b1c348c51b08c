import { onBeforeUnmount, shallowRef, watch, type Ref } from 'vue';
import { call, type Answer } from '../../client.ts';
import { t } from '../../texts.ts';
import type { Visit } from './visit-words.ts';

type Task = Answer<'get /tasks'>['items'][number];

/** Who has to answer a visit, and since when, as far as the desk may know; `task` where it is the desk itself. */
export interface Answering {
  who: string;
  since: string | Date | null;
  task: string | null;
}

const STEP = 'front-desk-review';

/** Who has to answer each of the visits that wait. The desk's own tasks say it themselves; others' the desk does not see. */
export function useAnswerers(asked: Ref<readonly Visit[]>) {
  const tasks = shallowRef<readonly Task[]>([]);
  let gone = false;
  watch(() => asked.value.filter(({ step }) => step === STEP).map(({ id }) => id).join(), async (ids) => {
    if (ids === '') return;
    // Without them the card says who, and no more.
    const found = await call('get /tasks', { query: { view: 'open', type: 'visit', step: STEP, limit: 100 } }).catch(() => undefined);
    if (found && !gone) tasks.value = found.items;
  }, { immediate: true });
  onBeforeUnmount(() => { gone = true; });
  return (visit: Visit): Answering | undefined => {
    if (visit.state !== 'asked') return undefined;
    if (visit.step === STEP) {
      const task = tasks.value.find(({ processId }) => processId === visit.id);
      return { who: t('visitors.answering.desk'), since: visit.since, task: task?.id ?? null };
    }
    return { who: visit.host?.name ?? t('visitors.host.none'), since: visit.since, task: null };
  };
}
