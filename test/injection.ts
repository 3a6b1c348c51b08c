/** A sequence that only injected SQL would move; unlike rows it stays moved when the transaction is rolled back. */
export const TRAP = 'injected';

const run = `nextval('${TRAP}')`;

/** What has got through string-built SQL elsewhere: out of a string, a number, a name, a list, a pattern, an ORDER BY. */
export const injections: readonly string[] = [
  `'`, `"`, '`', '\\', `\\'`, `''`, `';--`, `%27`, `%`, `_`, `%%%`, `$1`, `$$`, '?', '??', '\\?', ':name', ':name:', `@@version`, `/*`, `--`,
  `' OR '1'='1`, `' OR 1=1--`, `' OR 1=1/*`, `" OR ""="`, `') OR ('1'='1`, `1 OR 1=1`, `'/**/OR/**/'1'='1`, `' OR 'a' LIKE '%`, `%' OR '1%'='1`,
  `'||${run}||'`, `' AND ${run} > 0 --`, `' OR ${run} > 0 OR '1'='2`, `') OR (${run} > 0) --`, `%' AND ${run} > 0 AND '%'='`,
  `'; SELECT ${run}; --`, `'); SELECT ${run}; --`, `"; SELECT ${run}; --`, `\\'; SELECT ${run}; --`, `$$; SELECT ${run}; --`,
  `1; SELECT ${run}`, `1 AND ${run} > 0`, `${run}`, `(SELECT ${run})`, `CASE WHEN ${run} > 0 THEN 1 ELSE 2 END`, `id, ${run}`, `id DESC, (SELECT ${run})`,
  `' UNION SELECT ${run}::text --`, `' UNION ALL SELECT ${run}::text, NULL, NULL --`, `{${run}}`, `{"a":"'||${run}||'"}`, `a','b') OR ${run} > 0 --`,
  `'||pg_sleep(20)||'`, `'; SELECT pg_sleep(20); --`, `1 AND (SELECT 1 FROM pg_sleep(20)) = 1`, `(SELECT 1 FROM pg_sleep(20))`,
  `'; DROP TABLE task; --`, `'; UPDATE person SET password_hash = NULL; --`, `Robert'); DROP TABLE person;--`,
  `((((((((((`, `[[[[`, `a & | ! b`, `*:*`, `\u02bc OR 1=1`, `＇ OR ＇1＇=＇1`,
];
