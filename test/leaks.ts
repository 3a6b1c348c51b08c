/** What no answer to anybody may hold: of stacks, files, statements, rows, other programs. */
export const leaks: readonly RegExp[] = [
  /^\s+at /m, /\bat (async )?[\w.<>]+ \(/, /node_modules|node:internal|file:\/\//, /\.(ts|js|mjs):\d+/, /\/(work|home|root|tmp|usr|var)\//,
  /\b(select|insert into|update|delete from)\b.*\b(from|values|set|where)\b/i, /relation ".*" does not exist|syntax error at|violates .* constraint|pg_catalog/,
  /knex|postgres|temporal\b|ECONN|EPIPE|ENOENT/i, /Unexpected (token|end)|is not valid JSON at|JSON at position/, /houqin_test|scrypt/,
];
