import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import type { Deps } from './deps.ts';
import { Problem } from './errors.ts';
import { noStore, securityHeaders } from './headers.ts';
import { answerErrors, mount } from './pipeline.ts';
import { createRoutes } from './routes.ts';

const builtWeb = fileURLToPath(new URL('../web/dist', import.meta.url));

/** The whole HTTP application: the API below `/api`, the built web app (`webRoot`) everywhere else. */
export function createApp(deps: Deps, webRoot = builtWeb): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('case sensitive routing', true);
  app.set('etag', false);
  app.set('query parser', false);
  app.set('trust proxy', deps.config.trustedProxies || false);

  app.use(requestId);
  app.use(securityHeaders(deps.config));
  app.use('/api', noStore, apiRouter(deps));
  app.use(compressed(webRoot), files(webRoot));
  app.use(page(webRoot));
  app.use(answerErrors(deps));
  return app;
}

function apiRouter(deps: Deps): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  mount(router, createRoutes(deps), deps);
  router.use(() => { throw new Problem('no-such-endpoint'); });
  return router;
}

const requestId: RequestHandler = (_req, res, next) => {
  res.locals.requestId = randomUUID();
  res.set('X-Request-Id', res.locals.requestId as string);
  next();
};

// Vite puts a hash of the content into the names below assets/, so those never change.
function files(webRoot: string): RequestHandler {
  return express.static(webRoot, {
    index: false,
    redirect: false,
    setHeaders: (res, file) => {
      const isHashed = path.relative(webRoot, file).startsWith(`assets${path.sep}`);
      res.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

// The build lays each asset compressed beside it. Vary stands on the plain one too: a proxy must not hand it to everybody.
function compressed(webRoot: string): RequestHandler {
  return (req, res, next) => {
    if (!['GET', 'HEAD'].includes(req.method) || !/^\/assets\/[\w.-]+\.(js|css|svg)$/.test(req.path)) {
      next();
      return;
    }
    res.vary('Accept-Encoding');
    // Browsers name gzip first, but what they take both of is smaller as Brotli.
    const form = (['br', 'gzip'] as const).find((coding) => req.acceptsEncodings(coding) !== false);
    const file = form && `${req.path}.${form === 'br' ? 'br' : 'gz'}`;
    if (file && existsSync(path.join(webRoot, file))) {
      res.type(path.extname(req.path)).set('Content-Encoding', form);
      req.url = file;
    }
    next();
  };
}

// Every address without a file is a page of the app, which finds its way by itself.
function page(webRoot: string): RequestHandler {
  const index = path.join(webRoot, 'index.html');
  return (req, res, next) => {
    const isPage = ['GET', 'HEAD'].includes(req.method) && !path.posix.extname(req.path);
    if (!isPage || !existsSync(index)) throw new Problem('not-found');
    res.set('Cache-Control', 'no-cache');
    res.sendFile(index, { cacheControl: false }, (error) => { if (error) next(error); });
  };
}
