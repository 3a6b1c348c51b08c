/** Where staff go after entering: a page of ours, never another site, nor this page again. */
export function nextPlace(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !next.startsWith('/entry/') ? next : '/';
}
