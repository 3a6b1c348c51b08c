import { newIdempotencyKey } from '../../client.ts';

/** A form that is being filled in, kept in this browser. Its key makes a second try of the same send harmless, after a reload too. */
export interface Draft {
  form: Record<string, unknown>;
  idempotencyKey: string;
  savedAt: string;
}

/** Where a person's draft of a process type is kept. */
export function draftStore(personId: string, type: string) {
  const place = `houqin.draft.${personId}.${type}`;
  return {
    /** The draft, or undefined when there is none that can be read. */
    read(): Draft | undefined {
      try {
        const draft = JSON.parse(localStorage.getItem(place) ?? 'null') as Partial<Draft> | null;
        if (typeof draft?.form !== 'object' || draft.form === null || typeof draft.savedAt !== 'string') return undefined;
        return { form: draft.form, savedAt: draft.savedAt, idempotencyKey: draft.idempotencyKey ?? newIdempotencyKey() };
      } catch {
        return undefined;
      }
    },
    /** Keeps it; a full or forbidden storage loses the draft and nothing else. */
    write(draft: Draft): boolean {
      try {
        localStorage.setItem(place, JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    clear(): void {
      localStorage.removeItem(place);
    },
  };
}
