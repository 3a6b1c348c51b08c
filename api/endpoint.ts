import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Text } from '../workflows/lib/contract.ts';
import type { Actor, Locale } from './actor.ts';
import type { Idempotency } from './idempotency.ts';
import type { Kiosk } from './kiosk.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Who may call: anybody, anybody logged in, an enrolled kiosk, whoever has one of the roles. Rights on the object are the handler's query. */
export type Access = 'public' | 'session' | 'kiosk' | { readonly roles: readonly string[] };

/** What a write's body may be. A `report` is sent by browsers themselves, a `form` or `callback` (JSON) by other servers: without our Origin rules. */
export type Accepts = 'json' | 'multipart' | 'report' | 'form' | 'callback';

/** True where a page of ours sends it, and so its browser the Origin. */
export const isFromPages = (accepts: Accepts): boolean => accepts === 'json' || accepts === 'multipart';

type Schema = z.ZodType;
const nothing = z.strictObject({});
type Nothing = typeof nothing;

interface Options {
  /** What it does, as the OpenAPI document says it. */
  readonly summary: Text;
  /** Status of the success; default 200, or 204 without a response schema. */
  readonly status?: 200 | 201 | 204;
  /** Takes an `Idempotency-Key`; the handler then writes inside `transact`. */
  readonly idempotent?: true;
  /** Answered also while the caller's password is a one-time one, which must be changed before anything else. */
  readonly withOneTimePassword?: true;
  /** The handler writes the response itself: CSV, files, event streams. */
  readonly raw?: true;
  /** Media type of a raw response, for the OpenAPI document. */
  readonly produces?: string;
  /** Default `json`. A multipart or report body is the handler's to read. */
  readonly accepts?: Accepts;
}

interface Declaration<M extends Method, Path extends string, A extends Access, P, Q, B, R> extends Options {
  readonly method: M;
  /** Below `/api`, with Express's `:name` parameters. */
  readonly path: Path;
  readonly access: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response?: R;
}

/** An endpoint as declared; validation, OpenAPI, permission and the web's client are made of it. */
export interface Endpoint<
  M extends Method = Method, Path extends string = string, A extends Access = Access,
  P extends Schema = Schema, Q extends Schema = Schema, B extends Schema = Schema, R extends Schema = Schema,
> extends Options {
  readonly method: M;
  readonly path: Path;
  readonly access: A;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly response: R;
  readonly status: 200 | 201 | 204;
  readonly accepts: Accepts;
}

/** Declares an endpoint once. What is left out (params, query, body) must be empty in a request. */
export function endpoint<
  const M extends Method, const Path extends string, const A extends Access,
  P extends Schema = Nothing, Q extends Schema = Nothing, B extends Schema = Nothing, R extends Schema = z.ZodVoid,
>(declaration: Declaration<M, Path, A, P, Q, B, R>): Endpoint<M, Path, A, P, Q, B, R> {
  const { params = nothing, query = nothing, body = nothing, response, ...rest } = declaration;
  return {
    accepts: 'json',
    status: response || rest.raw ? 200 : 204,
    ...rest,
    params: params as P,
    query: query as Q,
    body: body as B,
    response: (response ?? z.void()) as R,
  };
}

/** One request as its handler sees it: everything validated, the actor's rights read anew. */
export interface Call<E extends Endpoint = Endpoint> {
  readonly endpoint: E;
  readonly actor: E['access'] extends 'public' | 'kiosk' ? undefined : Actor;
  readonly kiosk: E['access'] extends 'kiosk' ? Kiosk : undefined;
  readonly params: z.output<E['params']>;
  readonly query: z.output<E['query']>;
  readonly body: z.output<E['body']>;
  readonly locale: Locale;
  /** Also in the response header `X-Request-Id`, in every problem and in every log line. */
  readonly requestId: string;
  readonly idempotency: Idempotency;
  readonly req: Request;
  readonly res: Response;
}

type Handler<E extends Endpoint> = (call: Call<E>) => Promise<z.input<E['response']>>;

/** An endpoint with its handler, ready for the app. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly run: Handler<Endpoint>;
}

/** Binds a handler to its endpoint. Its result is stripped to the declared response; a Problem that it throws is answered. */
export function handle<E extends Endpoint>(endpoint: E, run: Handler<E>): Route {
  // The pipeline gives a handler only what its own endpoint's schemas have parsed.
  return { endpoint, run: run as unknown as Handler<Endpoint> };
}
