/** Where to go after entering: a page of ours, never another site or this page again; colleagues of other branches have those of visitors alone. */
export function nextPlace(next: unknown, isColleague: boolean): string {
  const isOwn = typeof next === 'string' && /^\/(?![/\\])/.test(next) && !/^\/entry\//.test(next);
  if (isColleague) return '/visit';
  return isOwn ? next : '/';
}
