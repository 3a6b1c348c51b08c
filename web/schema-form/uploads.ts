import { reactive } from 'vue';
import { errorWords, upload } from '../client.ts';
import { t } from '../texts.ts';
import { PENDING } from './json-schema.ts';
import { shrink } from './shrink.ts';

const MOST_BYTES = 10 * 1_048_576;

/** A photo on its way to the server. */
export interface Upload {
  state: 'waiting' | 'preparing' | 'sending' | 'failed' | 'done';
  /** From 0 to 1. */
  sent: number;
  /** What went wrong and what helps. */
  problem: string;
  /** Its id, when it is done. */
  id: string;
  /** An address of the picture in this browser. */
  readonly picture: string;
}

interface Source {
  readonly file: Blob;
  shrunk?: Blob;
  readonly stop: AbortController;
}

/** By the token that stands in the form in its place. They outlive the field, so that looking at another task meanwhile loses nothing. */
export const uploads: Map<string, Upload> = reactive(new Map<string, Upload>());

const sources = new Map<string, Source>();
let last: Promise<void> = Promise.resolve();
let count = 0;

/** Sends a photo when those before it have gone; answers its token. */
export function startUpload(file: Blob): string {
  count += 1;
  const token = `${PENDING}${count}`;
  sources.set(token, { file, stop: new AbortController() });
  uploads.set(token, { state: 'waiting', sent: 0, problem: '', id: '', picture: URL.createObjectURL(file) });
  enqueue(token);
  return token;
}

/** Tries a photo again that could not be sent. */
export function retryUpload(token: string): void {
  const found = uploads.get(token);
  if (found?.state !== 'failed') return;
  Object.assign(found, { state: 'waiting', sent: 0, problem: '' });
  enqueue(token);
}

/** Forgets a photo, and stops sending it. */
export function forgetUpload(token: string): void {
  sources.get(token)?.stop.abort();
  sources.delete(token);
  const found = uploads.get(token);
  if (found) URL.revokeObjectURL(found.picture);
  uploads.delete(token);
}

function enqueue(token: string): void {
  last = last.then(() => send(token));
}

async function send(token: string): Promise<void> {
  const [found, source] = [uploads.get(token), sources.get(token)];
  if (!found || !source) return;
  try {
    found.state = 'preparing';
    source.shrunk ??= await shrink(source.file);
    if (source.shrunk.size > MOST_BYTES) {
      Object.assign(found, { state: 'failed', problem: t('photos.too-large') });
      return;
    }
    found.state = 'sending';
    const { id } = await upload(source.shrunk, { signal: source.stop.signal, onProgress: (sent) => { found.sent = sent; } });
    Object.assign(found, { state: 'done', id });
  } catch (error) {
    Object.assign(found, { state: 'failed', problem: errorWords(error) });
  }
}
