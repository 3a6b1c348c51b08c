import { language, t } from './texts.ts';

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

/** Calls the API and returns its JSON. Throws CallError. */
export async function call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language.value };
  if (method !== 'GET') headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api${path}`, { method, headers, body: method === 'GET' ? null : JSON.stringify(body ?? {}) });
  } catch {
    throw new CallError(0, t('error.network'));
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) {
    const problem = (answer ?? {}) as Problem;
    throw new CallError(response.status, problem.detail ?? problem.title ?? t('error.unknown'), problem.errors);
  }
  return answer as Answer;
}

/** The words of an error for a person: what is wrong, and with which fields. */
export function errorWords(error: unknown): string {
  if (!(error instanceof CallError)) return t('error.unknown');
  return [error.message, ...error.errors.map(({ path, message }) => path ? `${path}: ${message}` : message)].join(' · ');
}
