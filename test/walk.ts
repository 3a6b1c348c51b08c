import type { Answer, Person } from './person.ts';

/** A whole list of the API, page by page, with the total that each page said. Throws at an answer that is no page. */
export async function walk(person: Person, path: string): Promise<{ rows: any[]; totals: number[] }> {
  const rows: any[] = [];
  const totals: number[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor ? `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}` : '';
    const { status, body }: Answer = await person.get(`${path}${more}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    rows.push(...body.items);
    totals.push(body.total);
    cursor = body.nextCursor;
  } while (cursor);
  return { rows, totals };
}
