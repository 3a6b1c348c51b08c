import type { z } from 'zod';
import type { contract } from '../api/contract.ts';
import { language, t } from './texts.ts';

type Contract = typeof contract;
type AnyEndpoint = { [Area in keyof Contract]: Contract[Area][keyof Contract[Area]] }[keyof Contract];
type Endpoints = { [E in AnyEndpoint as `${E['method']} ${E['path']}`]: E };

/** What an endpoint, such as `get /tasks`, answers, as its contract declares it. */
export type Answer<Key extends keyof Endpoints> = z.output<Endpoints[Key]['response']>;

/** What an endpoint takes: the `:name` parts of its path, its query and its body. */
interface Input<Key extends keyof Endpoints> {
  params?: z.input<Endpoints[Key]['params']>;
  query?: z.input<Endpoints[Key]['query']>;
  body?: z.input<Endpoints[Key]['body']>;
}

/** What the API answers when it refuses (RFC 9457). */
interface Problem {
  title?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** A refusal, or a server that cannot be reached. `message` is for people, in the page's language. */
export class CallError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What is wrong with which field of the request. */
  readonly errors: readonly { path: string; message: string }[];

  constructor(status: number, message: string, errors: Problem['errors'] = []) {
    super(message);
    this.name = 'CallError';
    this.status = status;
    this.errors = errors;
  }
}

/** Calls an endpoint of the API, named by method and path as its contract has them: `get /tasks`. Throws CallError. */
export async function call<Key extends keyof Endpoints>(
  key: Key, { params, query, body }: Input<Key> = {},
): Promise<Answer<Key>> {
  const [method, path] = key.split(' ') as [string, string];
  const isWrite = method !== 'get';
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language.value };
  if (isWrite) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, params ?? {}, query ?? {}), {
      method: method.toUpperCase(), headers, body: isWrite ? JSON.stringify(body ?? {}) : null,
    });
  } catch {
    throw new CallError(0, t('error.network'));
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) {
    const problem = (answer ?? {}) as Problem;
    throw new CallError(response.status, problem.detail ?? problem.title ?? t('error.unknown'), problem.errors);
  }
  return answer as Answer<Key>;
}

function address(path: string, params: object, query: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `/api${filled}${search.size > 0 ? `?${search}` : ''}`;
}

/** The words of an error for a person: what is wrong, and with which fields. */
export function errorWords(error: unknown): string {
  if (!(error instanceof CallError)) return t('error.unknown');
  const fields = error.errors.map(({ path, message }) => path ? `${path}: ${message}` : message);
  return [error.message, ...fields].join(' · ');
}
