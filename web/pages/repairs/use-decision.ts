import { ref, shallowRef } from 'vue';
import { call, CallError, errorWords } from '../../client.ts';
import { fieldErrors } from '../../field-errors.ts';
import { keyFor } from '../tasks/held-decision.ts';

/** Decides an order's open task from its card: what is wrong stays there, beside its field where it has one. */
export function useDecision() {
  const busy = ref(false);
  const failure = ref('');
  const errors = shallowRef<Readonly<Record<string, string>>>({});
  /** Somebody else or the clock was first, so that the card is old. */
  const isLate = ref(false);

  function clear(): void {
    failure.value = '';
    errors.value = {};
  }

  /** True when it is decided. */
  async function decide(taskId: string | null, outcome: string, { comment = '', data }: { comment?: string; data?: object } = {}): Promise<boolean> {
    if (busy.value || taskId === null) return false;
    clear();
    busy.value = true;
    const body = { outcome, ...(comment.trim() !== '' && { comment: comment.trim() }), ...(data && { data }) };
    try {
      await call('post /tasks/:id/decision', { params: { id: taskId }, body, idempotencyKey: keyFor(taskId, body) });
      return true;
    } catch (error) {
      isLate.value = error instanceof CallError && error.status === 409;
      errors.value = fieldErrors(error);
      failure.value = errorWords(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, failure, errors, isLate, clear, decide };
}
