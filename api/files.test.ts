import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import sharp from 'sharp';
import { startApi, type TestApi } from '../test/api.ts';
import { call, eventually, type Answer, type Person } from '../test/person.ts';
import { phonePhoto, photoForm, TINY_PNG, uploadPhoto } from '../test/photos.ts';
import { deleteForgottenFiles } from './files/forgotten.ts';
import { createFileStore, type FileStore } from './files/store.ts';

const FUZZED = Number(process.env.FUZZED ?? 3_000);
const EICAR = '<script>alert(document.domain)</script><?php system($_GET["c"]); ?>';

describe('photos (S16, S17)', function () {
  this.timeout(120_000);
  let api: TestApi;
  let owner: Person;
  let other: Person;
  let admin: Person;
  let store: FileStore;

  before(async () => {
    api = await startApi();
    owner = await api.as('owner');
    other = await api.as('other');
    admin = await api.as('overseer', ['process-administrator', 'auditor']);
    store = createFileStore(api.deps.config.dataDir);
  });
  after(() => api?.stop());
  afterEach(async () => {
    expect((await owner.get('/me')).status, 'the process lives').to.equal(200);
    await api.database.db('file').whereNull('process_id').delete();
  });

  /** Everything that lies in the data folder. */
  const stored = (): string[] => (existsSync(store.folder)
    ? readdirSync(store.folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => each.name) : []);

  async function bytesOf(person: Person, at: string): Promise<{ response: Response; bytes: Buffer }> {
    const response = await fetch(`${api.url}/api${at}`, { headers: { cookie: person.cookie } });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  const send = (bytes: Buffer, name?: string, type?: string): Promise<Answer> => owner.post('/files', photoForm(bytes, name, type));

  describe('are made anew', () => {
    it('upright, at most 2048 px, without EXIF and place, with a thumbnail', async () => {
      const sent = await phonePhoto(3_000, 2_000);
      expect(sent.includes('GEHEIM'), 'the photo says where it was taken').to.equal(true);
      expect((await sharp(sent).metadata()).exif).to.be.instanceOf(Buffer);
      const { status, body } = await send(sent);
      expect(status).to.equal(201);
      expect(body).to.include({ width: 1_365, height: 2_048 });
      const { response, bytes } = await bytesOf(owner, `/files/${body.id}`);
      expect(bytes.length).to.equal(body.bytes);
      const { format, width, height, exif, icc, xmp, iptc, orientation } = await sharp(bytes).metadata();
      expect({ format, width, height, exif, icc, xmp, iptc, orientation }).to.deep.equal({
        format: 'jpeg', width: 1_365, height: 2_048, exif: undefined, icc: undefined, xmp: undefined, iptc: undefined, orientation: undefined,
      });
      for (const word of ['GEHEIM', 'TestPhone', 'Exif']) expect(bytes.includes(word), word).to.equal(false);
      expect(Object.fromEntries(['content-type', 'content-disposition', 'cache-control', 'x-content-type-options', 'content-security-policy']
        .map((name) => [name, response.headers.get(name)]))).to.deep.equal({
        'content-type': 'image/jpeg', 'content-disposition': `inline; filename="photo-${body.id.slice(-12)}.jpg"`, 'cache-control': 'private, no-cache',
        'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'",
      });
      const small = await sharp((await bytesOf(owner, `/files/${body.id}/thumbnail`)).bytes).metadata();
      expect([small.format, small.width, small.height]).to.deep.equal(['jpeg', 213, 320]);
    });

    it('from PNG and WebP, too; what is transparent is white', async () => {
      const drawn = sharp({ create: { width: 40, height: 30, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
      for (const bytes of [await drawn.clone().png().toBuffer(), await drawn.clone().webp().toBuffer()]) {
        const { status, body } = await send(bytes);
        expect([status, body.width, body.height]).to.deep.equal([201, 40, 30]);
        const { dominant } = await sharp((await bytesOf(owner, `/files/${body.id}`)).bytes).stats();
        expect(dominant.r).to.be.above(240);
      }
    });

    it('and lie once when two people send the same', async () => {
      const bytes = await phonePhoto(300, 200, '#112233');
      const before = stored().length;
      const ids = await Promise.all([owner, other, owner].map((person) => uploadPhoto(person, bytes)));
      expect(new Set(ids)).to.have.length(3);
      expect(stored().length - before).to.equal(2);
      expect((await bytesOf(owner, `/files/${ids[1]}`)).response.status).to.equal(404);
      const audit = await api.database.db('audit_event').where({ action: 'file-uploaded' }).whereIn('object', ids);
      expect(audit.map(({ actor_id: id }) => id).sort()).to.deep.equal(['person-other', 'person-owner', 'person-owner']);
    });

    it('so that nothing hidden in one stays: behind its end, in a comment, in a text chunk', async () => {
      const jpeg = await phonePhoto(64, 64);
      const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, EICAR.length + 2]), Buffer.from(EICAR)]);
      const chunk = pngChunk('tEXt', Buffer.from(`Comment\0${EICAR}`));
      for (const bytes of [
        Buffer.concat([jpeg, Buffer.from(EICAR)]), Buffer.concat([jpeg, Buffer.from('PK\x03\x04'), Buffer.from(EICAR)]),
        Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), Buffer.concat([TINY_PNG.subarray(0, 33), chunk, TINY_PNG.subarray(33)]),
      ]) {
        expect(bytes.includes(EICAR)).to.equal(true);
        const { status, body } = await send(bytes);
        expect(status).to.equal(201);
        for (const at of [`/files/${body.id}`, `/files/${body.id}/thumbnail`]) {
          const made = (await bytesOf(owner, at)).bytes;
          expect(made.includes('script'), 'the payload').to.equal(false);
          expect(made.includes('PK\x03\x04'), 'an archive').to.equal(false);
        }
      }
    });
  });

  describe('are refused with what helps', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>';
    const kinds: [string, Buffer, number, string, RegExp][] = [
      ['SVG', Buffer.from(svg), 415, 'photo-not-supported', /SVG/],
      ['SVG behind an XML declaration', Buffer.from(`\ufeff  <?xml version="1.0"?>${svg}`), 415, 'photo-not-supported', /SVG/],
      ['HTML named .jpg', Buffer.from('<!DOCTYPE html><script>alert(1)</script>'), 415, 'photo-not-supported', /截图/],
      ['GIF', Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;', 'latin1'), 415, 'photo-not-supported', /GIF/],
      ['PDF', Buffer.from('%PDF-1.7\n'), 415, 'photo-not-supported', /PDF/],
      ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 415, 'photo-not-supported', /兼容性最佳/],
      ['an archive', Buffer.from('PK\x03\x04'), 415, 'photo-not-supported', /JPEG、PNG 和 WebP/],
      ['nothing', Buffer.alloc(0), 415, 'photo-not-supported', /空文件/],
      ['only the beginning of a JPEG', Buffer.from('ffd8ffe0', 'hex'), 422, 'photo-unreadable', /重拍/],
      ['a PNG of noise', Buffer.concat([TINY_PNG.subarray(0, 8), Buffer.alloc(500, 7)]), 422, 'photo-unreadable', /重拍/],
    ];
    for (const [name, bytes, status, code, words] of kinds) {
      it(name, async () => {
        const before = stored().length;
        const answer = await send(bytes, 'photo.jpg', 'image/jpeg');
        expect([answer.status, answer.body.code], JSON.stringify(answer.body)).to.deep.equal([status, code]);
        expect(answer.body.detail).to.match(words);
        expect(stored().length).to.equal(before);
      });
    }

    it('a photo that breaks off in the middle', async () => {
      const whole = await sharp({ create: { width: 900, height: 900, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 30 }, background: '#000' } }).jpeg().toBuffer();
      const { status, body } = await send(whole.subarray(0, whole.length / 2));
      expect([status, body.code]).to.deep.equal([422, 'photo-unreadable']);
    });

    it('30,000 × 30,000 pixels in some kilobytes, before they are unpacked', async () => {
      const bomb = pngOf(30_000, 30_000);
      expect(bomb.length).to.be.below(200_000);
      const before = process.memoryUsage().rss;
      for (let n = 0; n < 5; n += 1) {
        const { status, body } = await send(bomb);
        expect([status, body.code]).to.deep.equal([422, 'photo-too-many-pixels']);
        expect(body.detail).to.match(/30000 × 30000/);
      }
      expect((process.memoryUsage().rss - before) / 1_048_576, 'MiB more').to.be.below(100);
    });

    it('more than 10 MiB, told before or not, and whatever breaks off', async () => {
      const large = Buffer.concat([await phonePhoto(), Buffer.alloc(10 * 1_048_576)]);
      const { status, body } = await send(large);
      expect([status, body.code]).to.deep.equal([413, 'photo-too-large']);
      for (const head of ['Content-Length: 100000000', 'Content-Length: 5000', 'Transfer-Encoding: chunked']) {
        const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
        socket.write(`POST /api/files HTTP/1.1\r\nHost: x\r\nOrigin: ${api.url}\r\nCookie: ${owner.cookie}\r\nContent-Type: multipart/form-data; boundary=x\r\n${head}\r\n\r\n`);
        socket.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n');
        await new Promise((waited) => { setTimeout(waited, 50); });
        socket.destroy();
      }
    });

    it('more than sixty that stand in no form yet', async () => {
      const { db } = api.database;
      const id = await uploadPhoto(owner);
      const row = await db('file').where({ id }).first();
      await db('file').insert(Array.from({ length: 59 }, () => ({ ...row, id: randomUUID() })));
      const { status, body } = await send(await phonePhoto());
      expect([status, body.code]).to.deep.equal([429, 'too-many-unattached']);
      expect((await other.post('/files', photoForm(TINY_PNG))).status).to.equal(201);
    });

    it('a third at once of the same person, and nobody else’s', async () => {
      const { hostname, port } = new URL(api.url);
      const begin = () => {
        const half = request({
          hostname, port, path: '/api/files', method: 'POST',
          headers: { origin: api.url, cookie: owner.cookie, 'content-type': 'multipart/form-data; boundary=x', 'content-length': 5_000 },
        }).on('error', () => undefined);
        half.write('--x\r\n');
        return half;
      };
      const open = Array.from({ length: 2 }, begin);
      const refused = await eventually('no place is left', async () => {
        const answer = await send(TINY_PNG);
        // It had a place itself, perhaps before one of them.
        if (answer.status === 201) open.push(begin());
        return answer.status === 429 && answer;
      });
      expect([refused.body.code, refused.headers.get('retry-after')]).to.deep.equal(['busy', '5']);
      expect((await other.post('/files', photoForm(TINY_PNG))).status).to.equal(201);
      for (const half of open) half.destroy();
      await eventually('places are free again', async () => (await send(TINY_PNG)).status === 201);
    });
  });

  describe('come in a request', () => {
    const raw = async (body: Buffer | string, type = 'multipart/form-data; boundary=x'): Promise<Answer> => {
      const response = await fetch(`${api.url}/api/files`, {
        method: 'POST', headers: { origin: api.url, cookie: owner.cookie, 'content-type': type }, body: new Uint8Array(Buffer.from(body)),
      });
      return { status: response.status, body: await response.json(), headers: response.headers };
    };
    const part = (disposition: string, bytes: Buffer = TINY_PNG, more = ''): Buffer =>
      Buffer.concat([Buffer.from(`--x\r\nContent-Disposition: ${disposition}\r\n${more}\r\n`, 'latin1'), bytes, Buffer.from('\r\n')]);
    const END = Buffer.from('--x--\r\n');

    it('whose names lead nowhere: traversal, NUL, absolute, devices, a thousand characters', async () => {
      const names = [
        '../../../../tmp/houqin-was-here.jpg', '..\\..\\evil.jpg', '/etc/passwd', 'C:\\\\windows\\\\win.ini', 'a\0.jpg', 'CON', '.', '..', '', ' ', 'x'.repeat(1_000),
        '%2e%2e%2fevil.jpg', 'photo.php', 'photo.jpg.html', '${jndi:ldap://127.0.0.1}', "'; DROP TABLE file;--", '照片.jpg', '\u202egpj.exe',
      ];
      for (const name of names) {
        const { status, body } = await raw(Buffer.concat([part(`form-data; name="file"; filename="${name}"`), END]));
        // A NUL breaks the part's head, and without a name a part is no file.
        expect(status, JSON.stringify(name)).to.equal(name === '' || name.includes('\0') ? 400 : 201);
        if (status !== 201) continue;
        const { response } = await bytesOf(owner, `/files/${body.id}`);
        expect(response.headers.get('content-disposition')).to.equal(`inline; filename="photo-${body.id.slice(-12)}.jpg"`);
      }
      for (const name of stored()) expect(name).to.match(/^[0-9a-f]{64}(\.thumbnail)?\.jpg$/);
      expect(existsSync('/tmp/houqin-was-here.jpg')).to.equal(false);
    });

    it('with just one file in the field that is said, else not at all', async () => {
      const file = part('form-data; name="file"; filename="a.png"');
      const wrong: [string, Buffer | string, string?][] = [
        ['nothing', ''], ['only the end', END], ['no end', file], ['two files', Buffer.concat([file, file, END])],
        ['a field beside it', Buffer.concat([file, part('form-data; name="owner"', Buffer.from('person-other')), END])],
        ['a field before it', Buffer.concat([part('form-data; name="processId"', Buffer.from('x')), file, END])],
        ['another name', Buffer.concat([part('form-data; name="photo"; filename="a.png"'), END])],
        ['no name', Buffer.concat([part('form-data; filename="a.png"'), END])],
        ['__proto__', Buffer.concat([part('form-data; name="__proto__"; filename="a.png"'), END])],
        ['a field instead of a file', Buffer.concat([part('form-data; name="file"'), END])],
        ['an attachment', Buffer.concat([part('attachment; name="file"; filename="a.png"'), END])],
        ['a broken head', Buffer.concat([Buffer.from('--x\r\nContent-Disposition form-data\r\n\r\nx\r\n'), END])],
        ['a head without end', '--x\r\nContent-Disposition: form-data; name="file"'],
        ['an endless head', `--x\r\nX: ${'y'.repeat(20_000)}\r\n\r\nz\r\n--x--`],
        ['another boundary', Buffer.concat([file, END]), 'multipart/form-data; boundary=other'],
        ['an empty boundary', Buffer.concat([file, END]), 'multipart/form-data; boundary='],
      ];
      for (const [name, body, type] of wrong) {
        const answer = await raw(body, type);
        expect([answer.status, answer.body.code], name).to.deep.equal([400, 'upload-malformed']);
      }
      for (const type of ['application/json', 'text/plain', 'multipart/mixed; boundary=x', 'multipart/form-data']) {
        const answer = await raw(Buffer.concat([file, END]), type);
        expect([answer.status, answer.body.code], type).to.deep.equal([415, 'content-type-not-supported']);
      }
    });

    it('from a page of ours, since every form of the web can send such a body', async () => {
      for (const origin of [undefined, 'https://evil.example', 'null']) {
        const response = await fetch(`${api.url}/api/files`, { method: 'POST', headers: { cookie: owner.cookie, ...(origin && { origin }) }, body: photoForm(TINY_PNG) });
        expect([response.status, ((await response.json()) as { code: string }).code], origin).to.deep.equal([403, 'origin-needed']);
      }
      expect((await call(api.url, 'POST', '/files', photoForm(TINY_PNG))).status).to.equal(401);
    });

    it(`however broken, ${FUZZED} times`, async () => {
      const good = Buffer.concat([part('form-data; name="file"; filename="a.png"', TINY_PNG, 'Content-Type: image/png\r\n'), END]);
      const pieces = [
        '--x\r\n', '--x--', '\r\n', '\r\n\r\n', '--', '\r', '\n', '\0', '--x\r\r\n', 'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        'Content-Disposition: form-data; name="file"; filename*=UTF-8\'\'%ff%00\r\n', 'Content-Type: multipart/mixed; boundary=y\r\n', 'Content-Transfer-Encoding: base64\r\n',
        ' folded\r\n', ':', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'x'.repeat(300),
      ].map((piece) => Buffer.from(piece, 'latin1'));
      const cut = fc.tuple(fc.nat(good.length), fc.nat(40), fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes))));
      const bodies = fc.oneof(
        { weight: 5, arbitrary: fc.array(cut, { minLength: 1, maxLength: 4 }).map((cuts) => cuts.reduce((body: Buffer, [at, length, put]) =>
          Buffer.concat([body.subarray(0, at), put, body.subarray(at + length)]), good)) },
        { weight: 3, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => Buffer.concat(all)) },
        { weight: 1, arbitrary: fc.nat(good.length).map((at) => good.subarray(0, at)) },
      );
      const types = fc.oneof(
        { weight: 8, arbitrary: fc.constant('multipart/form-data; boundary=x') },
        { weight: 1, arbitrary: fc.constantFrom('multipart/form-data; boundary="x"', 'multipart/form-data; boundary=x; boundary=y', 'multipart/form-data; boundary=-', `multipart/form-data; boundary=${'x'.repeat(500)}`, 'multipart/form-data; boundary="x', 'multipart/form-data; boundary=x; charset=utf-16') },
      );
      const statuses = new Map<number, number>();
      await fc.assert(fc.asyncProperty(bodies, types, async (body, type) => {
        const answer = await raw(body, type);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([201, 400, 415, 422, 429]);
        if (answer.status === 201) await api.database.db('file').where({ id: answer.body.id }).delete();
      }), { numRuns: FUZZED });
      console.log(`        answers: ${[...statuses].map((each) => each.join(' × ')).join(', ')}`);
      expect((await send(TINY_PNG)).status).to.equal(201);
    });
  });

  describe('are read by whoever may', () => {
    it('until they are attached only by their owner; for others they are not there', async () => {
      const id = await uploadPhoto(owner);
      expect((await bytesOf(owner, `/files/${id}`)).response.status).to.equal(200);
      for (const person of [other, admin]) {
        for (const at of [`/files/${id}`, `/files/${id}/thumbnail`]) {
          const [hidden, unknown] = [await person.get(at), await person.get(at.replace(id, randomUUID()))];
          expect([hidden.status, { ...hidden.body, instance: '' }]).to.deep.equal([404, { ...unknown.body, instance: '' }]);
        }
      }
      expect((await call(api.url, 'GET', `/files/${id}`)).status).to.equal(401);
    });

    it('by no other way: `..`, encoded, absolute, another hash, capital letters', async () => {
      const id = await uploadPhoto(owner);
      const { sha256 } = await api.database.db('file').where({ id }).first();
      const { hostname, port } = new URL(api.url);
      const status = (at: string) => new Promise<number>((resolve, reject) => {
        request({ hostname, port, path: at, headers: { cookie: owner.cookie } }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode!));
        }).on('error', reject).end();
      });
      for (const at of [
        '..', '../..', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%2f%2e%2e%2fsecret', '%252e%252e%252fsecret', '%2fetc%2fpasswd', '/etc/passwd', '//etc/passwd', 'file:%2f%2f%2fetc%2fpasswd',
        '..%5c..%5csecret', `${sha256}`, `${sha256.slice(0, 2)}%2f${sha256}.jpg`, `${sha256}.jpg`, id.toUpperCase(), `${id}.jpg`, `${id}%00.jpg`, `${id}/`, `${id}/photo`, `${id}/..%2f..%2fsecret`,
        `%20${id}`, `${id}%0a`, `{${id}}`, `${id.replaceAll('-', '')}`, 'null', '0', '%C0%AE%C0%AE/',
      ]) {
        expect(await status(`/api/files/${at}`), at).to.be.oneOf([400, 403, 404]);
        expect(await status(`/api/files/${at}/thumbnail`), at).to.be.oneOf([400, 403, 404]);
      }
      for (const at of ['/files/', `/data/files/${sha256.slice(0, 2)}/${sha256}.jpg`, `/files/${sha256.slice(0, 2)}/${sha256}.jpg`, `/assets/..%2f..%2f..%2fdata%2fsecret`]) {
        expect(await status(at), at).to.be.oneOf([200, 400, 403, 404]);
        if (await status(at) === 200) expect((await (await fetch(`${api.url}${at}`)).text()).slice(0, 15).toLowerCase(), at).to.equal('<!doctype html>');
      }
    });

    it('again without being sent again, as long as they may', async () => {
      const id = await uploadPhoto(owner);
      const tag = (await bytesOf(owner, `/files/${id}`)).response.headers.get('etag')!;
      const { hostname, port } = new URL(api.url);
      // By fetch it would say by itself that nothing kept may be used.
      const again = ({ cookie }: Person) => new Promise<[number, number]>((resolve, reject) => {
        request({ hostname, port, path: `/api/files/${id}`, headers: { cookie, 'if-none-match': tag } }, (response) => {
          let length = 0;
          response.on('data', (chunk: Buffer) => { length += chunk.length; }).on('end', () => resolve([response.statusCode!, length]));
        }).on('error', reject).end();
      });
      expect(await again(owner)).to.deep.equal([304, 0]);
      expect((await again(other))[0]).to.equal(404);
    });

    it('and it is said in the log when the bytes are gone', async () => {
      const id = await uploadPhoto(owner, await phonePhoto(99, 99, '#445566'));
      const { sha256 } = await api.database.db('file').where({ id }).first();
      rmSync(path.join(store.folder, store.placeOf(sha256, 'photo')));
      const { response } = await bytesOf(owner, `/files/${id}`);
      expect([response.status, response.headers.get('content-type')]).to.deep.equal([500, 'application/problem+json; charset=utf-8']);
      expect(api.log.some((line) => line.includes(`the photo of file ${id} cannot be read`))).to.equal(true);
    });
  });

  describe('that nobody sends with a form', () => {
    it('are deleted after a day, with their bytes unless another one needs them', async () => {
      const { db } = api.database;
      const [lone, shared] = [await phonePhoto(50, 40, '#aa0000'), await phonePhoto(50, 40, '#00aa00')];
      const old = [await uploadPhoto(owner, lone), await uploadPhoto(owner, shared)];
      const young = await uploadPhoto(other, shared);
      const before = stored().length;
      await db('file').whereIn('id', old).update({ created_at: db.raw("now() - interval '25 hours'") });
      expect(await deleteForgottenFiles(db, store)).to.equal(2);
      expect(stored().length).to.equal(before - 2);
      for (const id of old) expect((await bytesOf(owner, `/files/${id}`)).response.status).to.equal(404);
      expect((await bytesOf(other, `/files/${young}`)).response.status).to.equal(200);
      expect(await deleteForgottenFiles(db, store)).to.equal(0);
    });

    it('may be sent again while they are being deleted', async () => {
      const { db } = api.database;
      const bytes = await phonePhoto(60, 40, '#0000aa');
      for (let n = 0; n < 20; n += 1) {
        const id = await uploadPhoto(owner, bytes);
        await db('file').where({ id }).update({ created_at: db.raw("now() - interval '25 hours'") });
        const [again] = await Promise.all([uploadPhoto(other, bytes), deleteForgottenFiles(db, store)]);
        expect((await bytesOf(other, `/files/${again}`)).response.status, `try ${n}`).to.equal(200);
        await db('file').where({ id: again }).delete();
      }
    });
  });
});

/** A PNG of one bit a pixel, all of it black. */
function pngOf(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.writeUInt8(1, 8);
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  return Buffer.concat([TINY_PNG.subarray(0, 8), pngChunk('IHDR', head), pngChunk('IDAT', deflateSync(rows)), pngChunk('IEND', Buffer.alloc(0))]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
