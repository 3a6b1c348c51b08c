import { Problem } from './errors.ts';

/** What an error is for the caller: itself when it is a Problem, else nothing but that something failed. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) return new Problem('database-away', {}, { retryAfter: 5 });
  // Express's own refusals: of an address that it cannot decode, and of files outside of the web's folder.
  const status = statusOf(error);
  if (error instanceof URIError || status === 400) return new Problem('invalid-address');
  if (status === 403 || status === 404) return new Problem('not-found');
  return new Problem('internal-error');
}

/**
 * What a log line may say of an error. PostgreSQL's messages quote the values of rows, so of its errors only the codes and
 * names stay.
 */
export function forLog(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const lines = error.stack?.split('\n').map((line) => line.trim()) ?? [];
  const frames = lines.filter((line) => line.startsWith('at ')).slice(0, 12);
  const { code, constraint, table, column } = error as Error & Record<string, unknown>;
  const quotes = 'severity' in error || 'sql' in error || error.name === 'ZodError';
  return { name: error.name, code, constraint, table, column, ...(!quotes && { message: error.message }), frames };
}

// Connection refused or lost, shutting down, starting up, no connection free.
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code)
    || error.name === 'KnexTimeoutError' || /Connection terminated/.test(error.message)
    || (error instanceof AggregateError && error.errors.some(isDatabaseAway));
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined;
}
