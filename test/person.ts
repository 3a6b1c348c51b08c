import { setTimeout as delay } from 'node:timers/promises';

/** An HTTP answer with its JSON. */
export interface Answer<Body = any> {
  status: number;
  body: Body;
  headers: Headers;
}

/** Somebody logged in, as a browser would call the API. */
export interface Person {
  readonly username: string;
  /** For what is no JSON call, such as a stream. */
  readonly cookie: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body?: unknown): Promise<Answer>;
}

/** The password of every demo account. */
export const PASSWORD = 'houqin-demo';

/** Logs in at `url` as a demo account. Throws when that is refused. */
export async function login(url: string, username: string, password = PASSWORD): Promise<Person> {
  const answer = await call(url, 'POST', '/login', { username, password });
  if (answer.status !== 200) throw new Error(`login of ${username}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const cookie = answer.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
  const as = (method: string, path: string, body?: unknown, headers = {}) => call(url, method, path, body, { cookie, ...headers });
  return {
    username,
    cookie,
    get: (path) => as('GET', path),
    post: (path, body = {}, headers = {}) => as('POST', path, body, headers),
    put: (path, body) => as('PUT', path, body),
    patch: (path, body) => as('PATCH', path, body),
  };
}

/** A person's cookies as a browser takes them: the session, and the mark of a browser that was used before. */
export function browserCookies(cookie: string, url: string): { name: string; value: string; url: string }[] {
  return cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
}

/** One call of the API, with the headers that a browser's write has. The body is sent as JSON, or as a form when it is one. */
export async function call(url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const isForm = body instanceof URLSearchParams || body instanceof FormData;
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { ...(body !== undefined && !isForm && { 'content-type': 'application/json' }), origin: url, ...headers },
    body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (isStream) await response.body?.cancel();
  const text = isStream ? '' : await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: response.headers };
}

/** Asks again until there is an answer. Throws after `seconds`, saying what it waited for. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await delay(25);
  }
}
