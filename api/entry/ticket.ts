import { jwtVerify } from 'jose';
import { z } from 'zod';
import { visitorFields } from '../../workflows/visit/form.ts';
import type { EntryApp } from './apps.ts';

const MOST_SECONDS = 300;
const LEEWAY_SECONDS = 30;

const claims = z.object({
  sub: z.string().min(1).max(100),
  jti: z.string().min(1).max(200),
  iat: z.number(),
  exp: z.number(),
  name: visitorFields.name.optional(),
  phone: visitorFields.phone.optional(),
  branch: visitorFields.company,
});

/** What an app says of whoever comes from it. */
export type Ticket = z.output<typeof claims>;

/**
 * Reads an app's ticket: signed with its key and by no other way, for us, good for five minutes at most (30 s of leeway between clocks).
 * Undefined for whatever is wrong with it. Whether it was used before is not looked at here.
 */
export async function readTicket({ key, algorithms, issuer, audience }: EntryApp, ticket: string): Promise<Ticket | undefined> {
  const verified = await jwtVerify(ticket, key, {
    algorithms: [...algorithms], issuer, audience, clockTolerance: LEEWAY_SECONDS, maxTokenAge: MOST_SECONDS,
    requiredClaims: ['iss', 'aud', 'sub', 'jti', 'iat', 'exp'],
  }).catch(() => undefined);
  const { data } = claims.safeParse(verified?.payload);
  return data && data.exp > data.iat && data.exp - data.iat <= MOST_SECONDS ? data : undefined;
}
