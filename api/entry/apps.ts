import { createPublicKey, type KeyObject } from 'node:crypto';

/** An app whose users enter by a signed ticket. */
export interface EntryApp {
  readonly name: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly issuer: string;
  readonly audience: string;
  readonly key: KeyObject | Uint8Array;
  /** What this key signs with. Whatever a ticket says of itself is not asked. */
  readonly algorithms: readonly string[];
}

const SHORTEST_SECRET = 32;
const FEWEST_RSA_BITS = 2_048;
const PARTS = ['KEY', 'ISSUER', 'AUDIENCE', 'TITLE_ZH', 'TITLE_EN'] as const;

/**
 * Reads HOUQIN_ENTRY_APPS and what each of them needs; empty without it. Throws an Error that names the variable and the remedy, and never
 * repeats a key.
 */
export function entryApps(env: NodeJS.ProcessEnv): ReadonlyMap<string, EntryApp> {
  const names = (env.HOUQIN_ENTRY_APPS ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of names) {
    if (!/^[a-z][a-z0-9]{0,19}$/.test(name)) throw new Error(`HOUQIN_ENTRY_APPS names "${name}": give short names of a-z and 0-9, such as igw,ydt.`);
    if (names.indexOf(name) !== names.lastIndexOf(name)) throw new Error(`HOUQIN_ENTRY_APPS names "${name}" twice: name each app once.`);
  }
  const known = new Set(['HOUQIN_ENTRY_APPS', ...names.flatMap((name) => PARTS.map((part) => variable(name, part)))]);
  for (const [key, value] of Object.entries(env)) {
    if (key.startsWith('HOUQIN_ENTRY_') && value && !known.has(key)) throw new Error(`${key} belongs to no app of HOUQIN_ENTRY_APPS: name the app there, or unset it.`);
  }
  return new Map(names.map((name) => [name, appOf(env, name)]));
}

const variable = (name: string, part: (typeof PARTS)[number]): string => `HOUQIN_ENTRY_${name.toUpperCase()}_${part}`;

function appOf(env: NodeJS.ProcessEnv, name: string): EntryApp {
  const need = (part: (typeof PARTS)[number], what: string): string => {
    const value = env[variable(name, part)];
    if (!value) throw new Error(`${variable(name, part)} is not set: set it to ${what}.`);
    return value;
  };
  const key = need('KEY', 'the app’s public key (PEM), or a secret of at least 32 characters that both share');
  return {
    name,
    title: { zh: need('TITLE_ZH', 'the app’s name in Chinese'), en: need('TITLE_EN', 'the app’s name in English') },
    issuer: need('ISSUER', 'what the app writes into iss'),
    audience: env[variable(name, 'AUDIENCE')] || 'houqin',
    ...keyOf(variable(name, 'KEY'), key),
  };
}

function keyOf(name: string, text: string): Pick<EntryApp, 'key' | 'algorithms'> {
  if (!text.includes('-----BEGIN')) return secretOf(name, text);
  if (text.includes('PRIVATE KEY')) throw new Error(`${name} is a private key, which the app alone may have: set it to the public one, and let the app make another pair.`);
  const key = publicKey(text);
  switch (key?.asymmetricKeyType) {
    case 'ed25519': return { key, algorithms: ['EdDSA', 'Ed25519'] };
    case 'rsa':
      if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < FEWEST_RSA_BITS) throw new Error(`${name} is an RSA key of fewer than ${FEWEST_RSA_BITS} bits: let the app make a longer one.`);
      return { key, algorithms: ['RS256'] };
    case 'ec': if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return { key, algorithms: ['ES256'] };
  }
  throw new Error(`${name} is no public key that can be used: set it to the PEM of an Ed25519, RSA or P-256 public key (-----BEGIN PUBLIC KEY-----).`);
}

// Files of settings have one line for each: \n is written there for the ends of lines.
function publicKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey(text.replaceAll('\\n', '\n'));
  } catch {
    return undefined;
  }
}

function secretOf(name: string, text: string): Pick<EntryApp, 'key' | 'algorithms'> {
  const remedy = 'make one with openssl rand -base64 32 and give it to the app, or take the app’s public key.';
  if (text.length < SHORTEST_SECRET) throw new Error(`${name} is a secret of fewer than ${SHORTEST_SECRET} characters: ${remedy}`);
  if (new Set(text).size < 8) throw new Error(`${name} has too little variety to be random: ${remedy}`);
  return { key: new TextEncoder().encode(text), algorithms: ['HS256'] };
}
