/** China has had no summer time since 1991, so the company's time is a fixed way from UTC. */
const OFFSET = '+08:00';
const OFFSET_MS = 8 * 3_600_000;

/** An instant as a `datetime-local` field holds it, in the company's time, wherever the browser is; empty for none. */
export function toLocal(at: string | null | undefined): string {
  return at ? new Date(new Date(at).getTime() + OFFSET_MS).toISOString().slice(0, 16) : '';
}

/** The instant that such a field means, in UTC; null for an empty one. */
export function fromLocal(text: string): string | null {
  return text === '' ? null : new Date(`${text}:00${OFFSET}`).toISOString();
}
