import type { Request } from 'express';
import type { Locale } from './actor.ts';

/** The language that the request prefers, of those we have; Chinese unless English is clearly wanted. */
export function localeOf(req: Pick<Request, 'headers'>): Locale {
  const wishes = (req.headers['accept-language'] ?? '').slice(0, 500).split(',').map((wish) => {
    const [tag = '', ...options] = wish.trim().toLowerCase().split(';');
    const quality = options.map((option) => /^ *q=([\d.]+) *$/.exec(option)?.[1]).find(Boolean);
    return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  const wish = (language: string): number =>
    Math.max(0, ...wishes.filter((one) => one.language === language).map(({ quality }) => quality || 0));
  return wish('en') > wish('zh') ? 'en' : 'zh-CN';
}
