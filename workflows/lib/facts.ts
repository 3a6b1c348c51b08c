/**
 * The part of `value` that `paths` name, and nothing else: what may enter Temporal (design, rule 3). `lines.itemId` takes that member of
 * each element of the list `lines`. What is missing is left out.
 */
export function pickFacts(value: unknown, paths: readonly string[]): Record<string, unknown> {
  const wanted = new Map<string, string[]>();
  for (const path of paths) {
    const [head = '', ...rest] = path.split('.');
    wanted.set(head, [...(wanted.get(head) ?? []), ...(rest.length > 0 ? [rest.join('.')] : [])]);
  }
  const facts: Record<string, unknown> = {};
  if (typeof value !== 'object' || value === null) return facts;
  for (const [head, rest] of wanted) {
    const member = (value as Record<string, unknown>)[head];
    if (member === undefined) continue;
    if (rest.length === 0) facts[head] = member;
    else facts[head] = Array.isArray(member) ? member.map((each) => pickFacts(each, rest)) : pickFacts(member, rest);
  }
  return facts;
}
