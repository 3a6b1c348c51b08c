import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import {
  completeIdempotencyKey, findIdempotentAnswer, insertIdempotencyKey, insertIdempotentAnswer, type IdempotencyId,
} from '../db/queries/idempotency.ts';
import type { Seal } from '../db/sealed.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { Problem } from './errors.ts';
import { failpoint } from './failpoints.ts';

/** An answer that was given before, to be given again. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a handler does with the request's Idempotency-Key; all of it is nothing when there is none. */
export interface Idempotency {
  /**
   * Takes the key in the handler's own transaction; waits for another request with the same key. Throws `Replay` when that
   * one was answered, and 422 when it had other content.
   */
  begin(trx: Knex.Transaction): Promise<void>;
  /** Stores the success with the key, in the same transaction. */
  complete(trx: Knex.Transaction, status: number, body: unknown): Promise<void>;
  /**
   * Stores a refusal after the handler's transaction was rolled back. Gives back what is to be answered: this, or what
   * another request with the key was answered before.
   */
  refuse(db: Db, status: number, body: unknown): Promise<StoredAnswer>;
  /** The key with the hash of what was asked, for a statement that keeps it together with its answer; undefined without a key. */
  readonly row: (IdempotencyId & { readonly requestHash: Buffer }) | undefined;
  /** Throws `Replay` when the key was answered before, 422 when that had other content; nothing when it is new. */
  replay(db: Db): Promise<void>;
  /** The same key for one part of the request, which commits by itself: it is answered once, whatever becomes of the other parts. */
  part(name: string): Idempotency;
}

/** Thrown inside a transaction to answer what was answered before; nothing else of the transaction is kept. */
export class Replay extends Error {
  readonly answer: StoredAnswer;

  constructor(answer: StoredAnswer) {
    super('answered before');
    this.answer = answer;
  }
}

/** What one person means by one key on one route; `content` is all that the request says. */
export interface IdempotencyKey {
  readonly personId: string;
  readonly route: string;
  readonly key: string;
  readonly content: unknown;
}

/** Keyed: what a request says may be a name or a phone, which could be guessed from a plain hash. */
const CONTENT = 'idempotency.content';

export const withoutKey: Idempotency = {
  begin: async () => undefined,
  complete: async () => undefined,
  refuse: async (_db, status, body) => ({ status, body }),
  row: undefined,
  replay: async () => undefined,
  part: () => withoutKey,
};

/** The handling of one key. */
export function withKey(seal: Seal, { personId, route, key, content }: IdempotencyKey): Idempotency {
  const id = { personId, route, key };
  const said = canonical(content);
  const requestHash = seal.index(said, CONTENT);

  const storedAnswer = async (db: Db | Knex.Transaction): Promise<StoredAnswer | undefined> => {
    const stored = await findIdempotentAnswer(db, id);
    if (stored && !seal.isIndexOf(stored.requestHash, said, CONTENT)) throw new Problem('idempotency-key-reused');
    return stored && { status: stored.status, body: stored.body };
  };
  const answerOf = async (trx: Knex.Transaction): Promise<StoredAnswer> => {
    const stored = await storedAnswer(trx);
    if (!stored) throw new Error('An idempotency key was deleted while it was being read.');
    return stored;
  };

  return {
    async begin(trx) {
      if (!(await insertIdempotencyKey(trx, { ...id, requestHash }))) throw new Replay(await answerOf(trx));
    },
    async complete(trx, status, body) {
      await completeIdempotencyKey(trx, id, { status, body });
    },
    async refuse(db, status, body) {
      return db.transaction(async (trx) => {
        const first = await insertIdempotentAnswer(trx, { ...id, requestHash }, { status, body });
        return first ? { status, body } : answerOf(trx);
      });
    },
    row: { ...id, requestHash },
    async replay(db) {
      const stored = await storedAnswer(db);
      if (stored) throw new Replay(stored);
    },
    part: (name) => withKey(seal, { personId, route: `${route} ${name}`, key, content }),
  };
}

/**
 * One transaction for a write: the work, and the answer for its Idempotency-Key, commit together. Gives back what `work`
 * gave. After it, and only then, kick the outbox.
 */
export async function transact<E extends Endpoint, Body>(
  call: Pick<Call<E>, 'endpoint' | 'idempotency'>, db: Db, work: (trx: Knex.Transaction) => Promise<Body>,
): Promise<Body> {
  const committed = await db.transaction(async (trx) => {
    await call.idempotency.begin(trx);
    const body = await work(trx);
    await call.idempotency.complete(trx, call.endpoint.status, call.endpoint.response.parse(body));
    return body;
  });
  failpoint('api.after_commit');
  return committed;
}

// Equal content gives equal text, in whatever order a client wrote its fields.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member) ?? '';
}
