import { timingSafeEqual } from 'node:crypto';
import type { Seal } from '../../db/sealed.ts';

/** What a QR code stands for: the visitor's page lets in, the printed pass lets out and shows the gate who it is. */
export type QrKind = 'entry' | 'pass';

const PREFIX = { entry: 'HQV1', pass: 'HQP1' } as const;
/** 132 bits of the signature. */
const SIGNATURE_LENGTH = 22;

/** The text of a QR code: a pass's id, signed, so that nobody makes one up. */
export function qrOf(seal: Seal, kind: QrKind, passId: string): string {
  return `${PREFIX[kind]}.${passId}.${signature(seal.index(passId, placeOf(kind)))}`;
}

/** The kind and pass of a QR code that is ours; undefined for any other. */
export function readQr(seal: Seal, text: string): { kind: QrKind; passId: string } | undefined {
  const [prefix, passId, signed, ...more] = text.trim().split('.');
  const kind = (['entry', 'pass'] as const).find((each) => PREFIX[each] === prefix);
  if (!kind || !passId || !signed || more.length > 0) return undefined;
  const given = Buffer.from(signed);
  const isOurs = seal.indexes(passId, placeOf(kind)).map((each) => Buffer.from(signature(each)))
    .some((wanted) => given.length === wanted.length && timingSafeEqual(given, wanted));
  return isOurs ? { kind, passId } : undefined;
}

const placeOf = (kind: QrKind): string => `visit.qr.${kind}`;

function signature(index: Buffer): string {
  return index.toString('base64url').slice(0, SIGNATURE_LENGTH);
}
