import { findColleagues } from '../../db/queries/directory.ts';
import { searchProcesses } from '../../db/queries/processes.ts';
import { listItems } from '../../db/queries/supply.ts';
import { searchContract } from '../contract/search.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { contractOf } from '../processes/present.ts';

const EACH = 5;

/** Finding anything by a word: what the asker may see of it, and nothing else. */
export function searchRoutes({ db }: Deps): Route[] {
  return [
    handle(searchContract.search, async ({ actor, query: { q } }) => {
      const [processes, { items }, people] = await Promise.all([
        searchProcesses(db, actor, q, EACH),
        listItems(db, { q, active: true }, { limit: EACH }),
        findColleagues(db, q, EACH),
      ]);
      return {
        processes: processes.map(({ id, number, type, title, status, outcome, requester_id, requester_name }) => ({
          id, number, type, typeTitle: contractOf(type).title, title, status, outcome, requester: { id: requester_id, name: requester_name },
        })),
        items,
        people,
      };
    }),
  ];
}
