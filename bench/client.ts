import http from 'node:http';

/** An answer with its JSON. */
export interface Reply {
  status: number;
  body: any;
}

/** Somebody with a session, over kept-alive connections, with as little of the client's own work as can be. */
export interface Client {
  get(path: string): Promise<Reply>;
  post(path: string, body: object, key?: string): Promise<Reply>;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** A client of the API at `url` with somebody's cookie. Throws on an answer that is no success. */
export function clientFor(url: string, cookie: string): Client {
  const { hostname, port, origin } = new URL(url);
  const send = (method: string, path: string, body?: string, key?: string): Promise<Reply> => new Promise((resolve, reject) => {
    const headers: http.OutgoingHttpHeaders = { cookie, origin };
    if (body !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    if (key !== undefined) headers['idempotency-key'] = key;
    const request = http.request({ agent, hostname, port, method, path: `/api${path}`, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const status = response.statusCode!;
        if (status >= 300) reject(new Error(`${method} ${path}: ${status} ${text}`));
        else resolve({ status, body: text === '' ? undefined : JSON.parse(text) });
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server had closed a connection that was idle for long, as it may: nothing was asked yet.
      if (request.reusedSocket && error.code === 'ECONNRESET') send(method, path, body, key).then(resolve, reject);
      else reject(error);
    });
    request.end(body);
  });
  return { get: (path) => send('GET', path), post: (path, body, key) => send('POST', path, JSON.stringify(body), key) };
}
