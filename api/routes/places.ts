import { randomUUID } from 'node:crypto';
import type { Actor as AuditActor } from '../../db/queries/audit.ts';
import { importPlaces } from '../../db/queries/place-import.ts';
import { createPlace, listPlaces, updatePlace, type Place, type PlaceRefusal } from '../../db/queries/places.ts';
import { hasRole, type Actor } from '../actor.ts';
import { placeContract } from '../contract/places.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { placesFromCsv, placesToCsv } from '../places/places-csv.ts';

/** Buildings, floors, rooms and devices. */
export function placeRoutes({ db, config }: Deps): Route[] {
  return [
    handle(placeContract.listPlaces, async () => ({ items: await listPlaces(db, { activeOnly: true }) })),

    handle(placeContract.listAllPlaces, async () => ({ items: await listPlaces(db), publicUrl: config.publicUrl })),

    handle(placeContract.exportPlaces, async ({ res, locale }) => {
      res.attachment('places.csv').type('text/csv; charset=utf-8').send(placesToCsv(await listPlaces(db), locale));
    }),

    handle(placeContract.importPlaces, async (call) => {
      const { csv, dryRun } = call.body;
      const { lines, refuse } = placesFromCsv(csv, call.locale);
      return transact(call, db, async (trx) => {
        const result = await importPlaces(trx, lines, { actor: asAudited(call.actor), dryRun });
        if (Array.isArray(result)) throw refuse(result);
        return { ...result, dryRun };
      });
    }),

    handle(placeContract.createPlace, (call) => transact(call, db, async (trx) =>
      written(await createPlace(trx, { id: `place-${randomUUID()}`, ...call.body }, asAudited(call.actor))))),

    handle(placeContract.updatePlace, (call) => transact(call, db, async (trx) =>
      written(await updatePlace(trx, call.params.id, call.body, asAudited(call.actor))))),
  ];
}

function asAudited(actor: Actor): AuditActor {
  return { kind: hasRole(actor, 'process-administrator') ? 'administrator' : 'person', id: actor.personId };
}

function written(result: Place | PlaceRefusal): Place {
  if (typeof result !== 'string') return result;
  if (result === 'not-found') throw new Problem('not-found');
  if (result === 'no-parent') throw invalidField('parentId', 'place.unknown');
  if (result === 'wrong-parent') throw invalidField('parentId', 'place.wrong-parent');
  const message = { zh: '那里已有同名的场所，请换一个名称。', en: 'another place there has this name: choose another.' };
  throw new Problem('place-name-taken', {}, {}, [{ in: 'body', path: 'name', message }]);
}
