const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far `dueAt` is from `now` in words of `language` (`3天后`, `2 hours ago`), and whether it is past. */
export function dueWords(
  dueAt: Date, now: Date, language: string,
): { words: string; overdue: boolean } {
  const distance = dueAt.getTime() - now.getTime();
  const [unit, length] = Math.abs(distance) >= DAY ? ['day', DAY] as const
    : Math.abs(distance) >= HOUR ? ['hour', HOUR] as const : ['minute', MINUTE] as const;
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(Math.trunc(distance / length), unit);
  return { words, overdue: distance < 0 };
}
