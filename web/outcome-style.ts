/** How an outcome's button looks: the likely one primary, those that end a request apart. */
export function outcomeStyle(outcome: string, index: number): 'primary' | 'danger' | 'plain' {
  if (outcome === 'rejected' || outcome === 'withdrawn') return 'danger';
  return index === 0 ? 'primary' : 'plain';
}
