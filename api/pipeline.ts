import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, Request, RequestHandler, Response, Router } from 'express';
import { hasRole, type Actor, type Locale } from './actor.ts';
import { readBody } from './body.ts';
import type { Deps } from './deps.ts';
import { isFromPages, type Call, type Endpoint, type Route } from './endpoint.ts';
import { invalidField, Problem } from './errors.ts';
import { failpoint } from './failpoints.ts';
import { Replay, withKey, withoutKey, type Idempotency, type StoredAnswer } from './idempotency.ts';
import { parseInput, parseQuery } from './input.ts';
import { readKiosk, type Kiosk } from './kiosk.ts';
import { localeOf } from './locale.ts';
import { requireOwnOrigin } from './origin.ts';
import { recordRefusal } from './refusals.ts';
import { forLog, toProblem } from './unexpected.ts';
import { clearCookie, hasToken, readSession } from './sessions.ts';

/** As final as a success, so the same Idempotency-Key gets them again. A 429 passes, a 400 can be corrected. */
const FINAL = new Set<number>([403, 404, 409, 422]);
const AUDITED = new Set<number>([401, 403, 404, 409, 422, 429]);

/** Adds the routes to the router, then a 405 for each path's other methods. */
export function mount(router: Router, routes: readonly Route[], deps: Deps): void {
  for (const route of routes) router[route.endpoint.method](route.endpoint.path, serve(route, deps));
  for (const path of new Set(routes.map(({ endpoint }) => endpoint.path))) {
    const methods = routes.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint.path === path)
      .map(({ method }) => method.toUpperCase());
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    router.all(path, Object.assign(refuseMethod(allow), { endpoint: 'method-not-allowed' }));
  }
}

/** What is known of a request when it is answered, however far it came. */
interface Progress {
  personId?: string;
  locale: Locale;
  idempotency: Idempotency;
}

/** One request from the cookie to the answer; each line may refuse it. Carries its endpoint for whoever lists the routes. */
function serve(route: Route, deps: Deps): RequestHandler & { endpoint: Endpoint } {
  const { endpoint } = route;
  const isWrite = endpoint.method !== 'get';
  const handler: RequestHandler = async (req, res) => {
    const progress: Progress = { locale: localeOf(req), idempotency: withoutKey };
    logWhenDone(res, endpoint, progress, deps);
    let isCounted = false;
    try {
      const kiosk = endpoint.access === 'kiosk' ? await readKiosk(deps.db, deps.config, req) : undefined;
      const actor = endpoint.access === 'public' || endpoint.access === 'kiosk' ? undefined : await identify(req, progress, deps);
      if (isWrite && isFromPages(endpoint.accepts)) requireOwnOrigin(req, deps.config);
      requireAccess(endpoint, actor, kiosk);
      // Not what a stranger sends, nor an upload over a slow line: both would hold up the outbox.
      isCounted = isWrite && actor !== undefined && endpoint.accepts !== 'multipart';
      if (isCounted) deps.writes.begin();
      const { locale } = progress;
      const params = parseInput(endpoint.params, { ...req.params }, 'path', locale);
      const query = parseInput(endpoint.query, parseQuery(searchOf(req)), 'query', locale);
      const body = isWrite ? parseInput(endpoint.body, await readBody(req, endpoint.accepts), 'body', locale) : {};
      const idempotency = idempotencyOf(req, deps, endpoint, actor, { params, query, body });
      progress.idempotency = idempotency;
      const call = { endpoint, actor, kiosk, params, query, body, locale, requestId: idOf(res), idempotency, req, res };
      const result = await route.run(call as Call);
      if (isWrite) failpoint('api.before_reply');
      if (!endpoint.raw) answer(res, endpoint.status, endpoint.response.parse(result));
    } catch (error) {
      await answerFailure(error, req, res, endpoint, progress, deps);
    } finally {
      if (isCounted) deps.writes.end();
    }
  };
  return Object.assign(handler, { endpoint });
}

async function identify(req: Request, progress: Progress, { db, config }: Deps): Promise<Actor | undefined> {
  const session = await readSession(db, config, req);
  if (!session) return undefined;
  if ('ended' in session) {
    progress.personId = session.ended.personId;
    return undefined;
  }
  progress.personId = session.actor.personId;
  progress.locale = session.actor.locale;
  return session.actor;
}

function requireAccess({ access, withOneTimePassword }: Endpoint, actor: Actor | undefined, kiosk: Kiosk | undefined): void {
  if (access === 'public') return;
  if (access === 'kiosk') {
    if (!kiosk) throw new Problem('kiosk-not-enrolled');
    return;
  }
  if (!actor) throw new Problem('not-logged-in');
  if (actor.mustChangePassword && !withOneTimePassword) throw new Problem('password-change-needed');
  if (access !== 'session' && !hasRole(actor, ...access.roles)) throw new Problem('forbidden');
}

function idempotencyOf(req: Request, { seal }: Deps, endpoint: Endpoint, actor: Actor | undefined, content: unknown): Idempotency {
  const key = req.headers['idempotency-key'];
  if (!endpoint.idempotent || !actor || key === undefined) return withoutKey;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw invalidField('Idempotency-Key', 'idempotency-key.invalid', 'header');
  }
  return withKey(seal, { personId: actor.personId, route: routeOf(endpoint), key, content });
}

async function answerFailure(
  error: unknown, req: Request, res: Response, endpoint: Endpoint, progress: Progress, deps: Deps,
): Promise<void> {
  if (error instanceof Replay) {
    answerAgain(res, error.answer);
    return;
  }
  const problem = toProblem(error);
  if (problem.status >= 500) {
    deps.log.error({ requestId: idOf(res), route: routeOf(endpoint), error: forLog(error) }, 'request failed');
  }
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { personId, locale, idempotency } = progress;
  let stored: StoredAnswer | undefined;
  try {
    if (endpoint.method !== 'get' && personId !== undefined && AUDITED.has(problem.status)) {
      await recordRefusal(deps.db, { personId, route: routeOf(endpoint), params: req.params, code: problem.code });
    }
    if (FINAL.has(problem.status) && problem.code !== 'idempotency-key-reused') {
      stored = await idempotency.refuse(deps.db, problem.status, problem.toJSON(locale, idOf(res)));
    }
  } catch (failure) {
    deps.log.error({ requestId: idOf(res), route: routeOf(endpoint), error: forLog(failure) }, 'refusal not recorded');
  }
  if (stored && stored.status < 400) answerAgain(res, stored);
  else sendProblem(res, problem, locale, stored?.body, req, deps);
}

/** For what fails outside of a route: an unknown address, malformed percent-encoding, a broken request. */
export function answerErrors(deps: Deps): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const problem = toProblem(error);
    if (problem.status >= 500) deps.log.error({ requestId: idOf(res), error: forLog(error) }, 'request failed');
    if (res.headersSent) res.destroy();
    else sendProblem(res, problem, localeOf(req), undefined, req, deps);
  };
}

function sendProblem(
  res: Response, problem: Problem, locale: Locale, body: unknown, req: Request, { config }: Deps,
): void {
  const { retryAfter, allow } = problem.members;
  if (typeof retryAfter === 'number') res.set('Retry-After', String(retryAfter));
  if (typeof allow === 'string') res.set('Allow', allow);
  if (problem.code === 'not-logged-in' && hasToken(config, req)) clearCookie(config, res);
  // The rest of a body that we do not want is not read either: a kept-alive connection would have to.
  if (!req.complete) res.set('Connection', 'close');
  res.status(problem.status).type('application/problem+json');
  res.send(JSON.stringify(body ?? problem.toJSON(locale, idOf(res))));
}

function answerAgain(res: Response, { status, body }: StoredAnswer): void {
  res.set('Idempotency-Replayed', 'true');
  if (status >= 400) res.status(status).type('application/problem+json').send(JSON.stringify(body));
  else answer(res, status, body);
}

function answer(res: Response, status: number, body: unknown): void {
  if (status === 204) res.status(204).end();
  else res.status(status).json(body);
}

function refuseMethod(allow: string): RequestHandler {
  return () => {
    throw new Problem('method-not-allowed', { allowed: allow }, { allow });
  };
}

function logWhenDone(res: Response, endpoint: Endpoint, progress: Progress, { log }: Deps): void {
  const begun = performance.now();
  // The route's pattern, never the address: a search may hold a name.
  res.once('close', () => log.info({
    requestId: idOf(res),
    route: routeOf(endpoint),
    status: res.statusCode,
    ms: Math.round(performance.now() - begun),
    personId: progress.personId,
  }, 'request'));
}

const routeOf = ({ method, path }: Endpoint): string => `${method.toUpperCase()} ${path}`;

const idOf = (res: Response): string => res.locals.requestId as string;

function searchOf(req: Request): string {
  const at = req.url.indexOf('?');
  return at === -1 ? '' : req.url.slice(at + 1);
}
