import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';

interface Service {
  image: string;
  ports?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  restart?: string;
}

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const text = read('docker-compose.yml');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

/** Variables that docker compose takes from the environment: name and what follows it (`:?…` or `:-…`). */
const variables = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name, rest]) => ({ name: name!, rest: rest! }));

/** Top folders that a folder's programs import from. */
function importedFolders(folder: string): string[] {
  const files = readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true }) as string[];
  return files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).flatMap((name) => {
    const place = `${folder}/${name}`;
    return [...read(place).matchAll(/from '(\.\.?\/[^']+)'/g)]
      .map(([, target]) => new URL(target!, `file:///${place}`).pathname.split('/')[1]!)
      .filter((top) => !top.includes('.'));
  });
}

describe('docker-compose.yml', () => {
  for (const readme of ['README.md', 'README.zh-CN.md']) {
    it(`uses only variables that the table of ${readme} explains`, () => {
      const explained = new Set([...read(readme).matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names]) => names!.split(/[、, ]+/).map((name) => name.replaceAll('`', ''))));
      const own = Object.entries(services).filter(([, { image }]) => image.startsWith('houqin:'))
        .flatMap(([, { environment = {} }]) => Object.keys(environment));
      expect([...variables.map(({ name }) => name), ...own].filter((name) => !explained.has(name))).to.deep.equal([]);
    });
  }

  it('pins every image to a version', () => {
    for (const [name, { image }] of Object.entries(services)) expect(image, name).to.match(/^[\w/-]+:\d+\.\d+/);
    for (const [, image] of read('Dockerfile').matchAll(/^FROM (\S+)/gm)) {
      expect(image).to.match(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
    }
  });

  it('has every folder of ours that the programs import in the image', () => {
    const folders = new Set(['api', 'worker', 'activities', 'db', 'workflows', 'sms'].flatMap((folder) => importedFolders(folder)));
    for (const folder of folders) {
      expect(read('Dockerfile'), folder).to.match(new RegExp(`^COPY ${folder} ${folder}$`, 'm'));
      expect(read('.dockerignore'), folder).to.match(new RegExp(`^!${folder}$`, 'm'));
    }
    expect(folders.size).to.be.above(4);
  });

  it('gives no secret a default, and writes none down', () => {
    // Those that are not always needed are empty by default, never something.
    for (const { name, rest } of variables) if (/SECRET|PASSWORD|TOKEN/.test(name)) expect(rest, name).to.match(/^:(\?.*|-)$/);
    for (const [service, { environment = {} }] of Object.entries(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/SECRET|PASSWORD|PWD|_URL$/.test(name)) expect(value, `${service}: ${name}`).to.match(/\$\{\w+:(\?|-\})/);
      }
    }
  });

  it('publishes the API only', () => {
    for (const [name, { ports = [] }] of Object.entries(services)) {
      if (name !== 'api') for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:/);
    }
    expect(services.api!.ports).to.have.length(1);
  });

  it('waits for what each service needs', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        expect(services, `${name} needs ${needed}`).to.have.property(needed);
        if (condition === 'service_healthy') expect(services[needed]!.healthcheck, needed).to.be.an('object');
        else expect(services[needed]!.restart, `${needed} ends`).to.equal('on-failure');
      }
    }
    expect(Object.keys(services.api!.depends_on!), 'the API answers while Temporal is away').to.deep.equal(['migrate']);
  });
});
