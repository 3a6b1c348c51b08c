import { setTimeout as sleep } from 'node:timers/promises';

/** A signed-in demo account that calls the API as its web page would. */
export interface Account {
  username: string;
  personId: string;
  /** The body of a success; throws with the problem's words otherwise. Tries again while the house is away. */
  call<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object, idempotencyKey?: string): Promise<T>;
  /** As `call` with GET; undefined when it is not there, or not for this account. */
  find<T>(path: string): Promise<T | undefined>;
  /** Uploads a photo and answers its id. */
  upload(photo: Buffer): Promise<string>;
}

const TRIES = 20;
const PAUSE_MS = 500;

/** Signs an account in at the house at `url`. */
export async function signIn(url: string, username: string, password: string): Promise<Account> {
  const send = async (cookie: string, method: string, path: string, body?: object, key?: string): Promise<Response> => {
    const isForm = body instanceof FormData;
    for (let tries = 1; ; tries += 1) {
      try {
        const response = await fetch(`${url}/api${path}`, {
          method,
          headers: {
            origin: url,
            ...(cookie && { cookie }),
            ...(method !== 'GET' && !isForm && { 'content-type': 'application/json' }),
            ...(key && { 'idempotency-key': key }),
          },
          ...(body && { body: isForm ? body : JSON.stringify(body) }),
        });
        if (response.status !== 503 || tries === TRIES) return response;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
      await sleep(PAUSE_MS);
    }
  };

  const login = await send('', 'POST', '/login', { username, password });
  const { person } = await bodyOf<{ person: { id: string } }>(login, `login as ${username}`);
  const cookie = login.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  return {
    username,
    personId: person.id,
    call: async (method, path, body, key) =>
      bodyOf(await send(cookie, method, path, body, key), `${method} ${path} as ${username}`),
    upload: async (photo) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(photo)]));
      return (await bodyOf<{ id: string }>(await send(cookie, 'POST', '/files', form), `a photo of ${username}`)).id;
    },
    find: async (path) => {
      const response = await send(cookie, 'GET', path);
      return response.status === 404 ? undefined : bodyOf(response, `GET ${path} as ${username}`);
    },
  };
}

async function bodyOf<T>(response: Response, what: string): Promise<T> {
  const body = (response.status === 204 ? {} : await response.json()) as { detail?: string; errors?: unknown };
  if (response.ok) return body as T;
  throw new Error(`${what}: ${response.status} ${body.detail ?? ''} ${JSON.stringify(body.errors ?? '')}`);
}
