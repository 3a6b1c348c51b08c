import { ref } from 'vue';
import type { z } from 'zod';
import type { contract } from '../api/contract.ts';
import { language, t } from './texts.ts';

type Contract = typeof contract;
type AnyEndpoint = { [Area in keyof Contract]: Contract[Area][keyof Contract[Area]] }[keyof Contract];
export type Endpoints = { [E in AnyEndpoint as `${E['method']} ${E['path']}`]: E };

/** What an endpoint, such as `get /tasks`, answers, as its contract declares it. */
export type Answer<Key extends keyof Endpoints> = z.output<Endpoints[Key]['response']>;

type NoFields = Record<never, never>;

/** A part of a request: to be given unless everything in it may be left out. */
type Part<Name extends string, Value> = NoFields extends Value ? { [N in Name]?: Value } : { [N in Name]: Value };

/** What an endpoint takes: the `:name` parts of its path, its query and its body. */
export type Input<Key extends keyof Endpoints> =
  & Part<'params', z.input<Endpoints[Key]['params']>>
  & Part<'query', z.input<Endpoints[Key]['query']>>
  & Part<'body', z.input<Endpoints[Key]['body']>>
  & {
    /** Makes a repeated write harmless: the same key gets the same answer. See `newIdempotencyKey`. */
    idempotencyKey?: string;
    /** The browser sends it even when the page goes away meanwhile. */
    keepalive?: boolean;
  };

/** What a call may leave out as a whole. */
type Inputs<Key extends keyof Endpoints> = NoFields extends Input<Key> ? [input?: Input<Key>] : [input: Input<Key>];

/** What the API answers when it refuses (RFC 9457). */
interface Problem {
  code?: string;
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
  /** The whole answer, with what this problem has of its own: `code`, `decidedBy`, `cases`. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, problem: Problem = {}) {
    super(message);
    this.name = 'CallError';
    this.status = status;
    this.errors = problem.errors ?? [];
    this.problem = { ...problem };
  }
}

/** A whole photo over a slow line. */
const UPLOAD_MS = 60_000;

/** False while the server cannot be reached. */
export const connected = ref(true);

let logInAgain: () => Promise<boolean> = async () => false;

/** Says what lets a person log in again when the session has ended under a page; true when the call is to be repeated. */
export function onSessionEnded(ask: () => Promise<boolean>): void {
  logInAgain = ask;
}

/** Calls an endpoint of the API, named by method and path as its contract has them: `get /tasks`. Throws CallError. */
export async function call<Key extends keyof Endpoints>(key: Key, ...inputs: Inputs<Key>): Promise<Answer<Key>> {
  const { params, query, body, idempotencyKey, keepalive = false }: {
    params?: object; query?: object; body?: unknown; idempotencyKey?: string; keepalive?: boolean;
  } = inputs[0] ?? {};
  const [method, path] = key.split(' ') as [string, string];
  const isWrite = method !== 'get';
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language.value };
  if (isWrite) headers['content-type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  let response: Response;
  try {
    response = await fetch(address(path, params ?? {}, query ?? {}), {
      method: method.toUpperCase(), headers, keepalive, body: isWrite ? JSON.stringify(body ?? {}) : null,
    });
  } catch {
    connected.value = false;
    throw new CallError(0, t('error.network'));
  }
  // A proxy that answers in place of a server that is away.
  connected.value = ![502, 504].includes(response.status);
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) {
    const isSessions = key === 'post /login' || key === 'get /me' || key === 'post /logout';
    if (response.status === 401 && !isSessions && await logInAgain()) return call(key, ...inputs);
    throw refusalOf(response.status, answer);
  }
  return answer as Answer<Key>;
}

function refusalOf(status: number, answer: unknown): CallError {
  const problem = (answer ?? {}) as Problem;
  return new CallError(status, problem.detail ?? problem.title ?? t('error.unknown'), problem);
}

/** How an upload is followed: `onProgress` hears from 0 to 1 how much has gone, `signal` ends it. */
interface Following {
  onProgress: (sent: number) => void;
  signal: AbortSignal;
}

/** Uploads one file (`post /files`). Throws CallError; with status 0 when it was ended or no answer came. */
export async function upload(file: Blob, following: Following): Promise<Answer<'post /files'>> {
  const form = new FormData();
  form.append('file', file);
  const { status, answer } = await send(form, following);
  connected.value = ![0, 502, 504].includes(status) || following.signal.aborted;
  if (status === 401 && await logInAgain()) return upload(file, following);
  if (status === 0) throw new CallError(0, t('error.network'));
  if (status !== 201) throw refusalOf(status, answer);
  return answer as Answer<'post /files'>;
}

/** By XMLHttpRequest: fetch does not tell how much has gone. Status 0 when no answer came. */
function send(form: FormData, { onProgress, signal }: Following): Promise<{ status: number; answer: unknown }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', address('/files', {}, {}));
    request.responseType = 'json';
    request.timeout = UPLOAD_MS;
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('accept-language', language.value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onloadend = () => resolve({ status: request.status, answer: request.response as unknown });
    signal.addEventListener('abort', () => request.abort(), { once: true });
    if (signal.aborted) resolve({ status: 0, answer: undefined });
    else request.send(form);
  });
}

/** A key for one form: made when the form opens, sent with each try of its one write. */
export function newIdempotencyKey(): string {
  // crypto.randomUUID is missing where a company serves the pages over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
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
