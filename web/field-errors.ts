import { CallError } from './client.ts';

/** What the API says is wrong with each field, by its path; to stand beside the field, so without its name. None for any other error. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof CallError)) return {};
  return Object.fromEntries(error.errors.map(({ path, message }) => [path, withoutName(message, path)]));
}

/** Whether the API has refused what was sent, so that other content may follow, under an idempotency key of its own. */
export function wasRefused(error: unknown): error is CallError {
  return error instanceof CallError && error.status >= 400 && error.status < 500;
}

function withoutName(message: string, path: string): string {
  const named = [`${path}：`, `${path}: `].find((name) => message.startsWith(name));
  return named === undefined ? message : message.slice(named.length);
}
