import type { LocationQuery } from 'vue-router';

/** What narrows the list of all cases, as it stands in the address; empty for no narrowing. Days are `2026-10-01`. */
export interface CaseFilter {
  q: string;
  type: string;
  status: '' | 'running' | 'ended';
  outcome: string;
  department: string;
  step: string;
  overdue: boolean;
  requester: string;
  holder: string;
  decidedBy: string;
  startedFrom: string;
  startedTo: string;
  endedFrom: string;
  endedTo: string;
  sort: 'newest' | 'oldest' | 'due';
}

const SORTS = ['newest', 'oldest', 'due'] as const;
const STATUSES = ['running', 'ended'] as const;

/** The filter that an address says; what it cannot say is left out. */
export function filterOf(query: LocationQuery): CaseFilter {
  const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
  const day = (name: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : '');
  return {
    q: text('q').slice(0, 100),
    type: text('type'),
    status: STATUSES.find((each) => each === text('status')) ?? '',
    outcome: text('outcome'),
    department: text('department'),
    step: text('step'),
    overdue: text('overdue') === 'true',
    requester: text('requester'),
    holder: text('holder'),
    decidedBy: text('decidedBy'),
    startedFrom: day('startedFrom'),
    startedTo: day('startedTo'),
    endedFrom: day('endedFrom'),
    endedTo: day('endedTo'),
    sort: SORTS.find((each) => each === text('sort')) ?? 'newest',
  };
}

/** A filter as the address and the API take it: what narrows nothing is left out. */
export function queryOf({ sort, overdue, ...texts }: CaseFilter) {
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')) as Partial<Omit<CaseFilter, 'status'>> & { status?: 'running' | 'ended' },
    overdue: overdue ? 'true' as const : undefined,
    sort: sort === 'newest' ? undefined : sort,
  };
}

/** How many filters beside the search and the sort narrow the list. */
export function countOf(filter: CaseFilter): number {
  return Object.entries(filter).filter(([name, value]) => name !== 'q' && name !== 'sort' && value !== '' && value !== false).length;
}
