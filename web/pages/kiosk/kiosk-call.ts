import { CallError, type Answer } from '../../client.ts';
import { language } from '../../texts.ts';

/** What is printed for a visitor. */
export type Pass = Answer<'post /kiosk/check-ins'>;

/** A visit that has ended here. */
export type CheckedOut = Answer<'post /kiosk/check-outs'>;

const AGAIN_MS = 3_000;
const MOST_ARRANGING = 10;

/** Whether an error says that no answer came: the server is away, or a proxy answered in its place. */
export function isAway(error: unknown): boolean {
  return error instanceof CallError && (error.status === 0 || error.status >= 500);
}

/** The code of a refusal; empty for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof CallError ? String(error.problem.code ?? '') : '';
}

interface Waiting {
  /** False when the visitor has gone: then nothing is asked any more. */
  isHere(): boolean;
  /** Hears why it takes so long; null when it goes on. */
  onWait(why: 'away' | 'arranging' | null): void;
}

/**
 * Asks again while the server is away or still arranges the visit. Only for what the server does once, however often it is asked. `hesitated`
 * says that an answer may have been lost. Answers also what is refused, and gives up once the visitor has gone.
 */
export async function patiently<T>(ask: () => Promise<T>, { isHere, onWait }: Waiting): Promise<{ answer: T } | { refusal: unknown; hesitated: boolean }> {
  let hesitated = false;
  for (let arranging = 0; ;) {
    try {
      const answer = await ask();
      onWait(null);
      return { answer };
    } catch (error) {
      const isArranging = codeOf(error) === 'visit-arranging' && arranging < MOST_ARRANGING;
      if (!isHere() || !(isAway(error) || isArranging)) {
        onWait(null);
        return { refusal: error, hesitated };
      }
      if (isArranging) arranging += 1;
      else hesitated = true;
      onWait(isArranging ? 'arranging' : 'away');
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
      if (!isHere()) return { refusal: error, hesitated };
    }
  }
}

/** A name as a screen in a lobby may show it: 王*. */
export function masked(name: string): string {
  return `${[...name.trim()][0] ?? ''}*`;
}

/** A time of day in the company's time. */
export function timeOfDay(at: string): string {
  return new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' }).format(new Date(at));
}
