import { contracts, words } from '../contracts.ts';
import { t } from '../texts.ts';

interface Data {
  lines?: { itemId: string; quantity?: number; issued?: number; reason?: string }[];
  receivedBy?: string;
  rest?: 'keep' | 'close';
  stars?: Record<string, number>;
  text?: string;
}

const MOST_STARS = 5;

/** What a decision says beyond its outcome, a line each: lowered quantities with the reason, what went to whom, the stars of an evaluation. */
export function decisionWords(type: string, data: unknown, labels: Readonly<Record<string, string>>): string[] {
  const { lines = [], receivedBy, rest, stars = {}, text } = (data ?? {}) as Data;
  // A line that was not lowered needs no reason, and is sent along all the same.
  const lowered = lines.filter(({ quantity, reason }) => quantity !== undefined && reason).map(({ itemId, quantity, reason }) => {
    const line = t('decision.line', { item: labels[itemId] ?? '', quantity: quantity! });
    return reason ? t('decision.line.reason', { line, reason }) : line;
  });
  const issued = lines.filter((line) => line.issued).map(({ itemId, issued: n }) => `${labels[itemId] ?? ''} ×${n}`);
  const aspects = contracts[type]?.evaluation ?? {};
  return [
    ...lowered,
    ...(issued.length > 0 ? [t('decision.issued', { lines: issued.join('、') })] : []),
    ...(receivedBy ? [t('decision.received', { name: receivedBy })] : []),
    ...(rest ? [t(`decision.rest.${rest}`)] : []),
    ...Object.entries(aspects).filter(([aspect]) => stars[aspect]).map(([aspect, title]) => {
      const n = stars[aspect]!;
      return t('decision.stars', { aspect: words(title), stars: '★'.repeat(n) + '☆'.repeat(Math.max(0, MOST_STARS - n)), n });
    }),
    ...(text ? [text] : []),
  ];
}
