import { call, type Answer } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { openTask } from './requisition.ts';
import { enrolKiosk, invite, toldCode, VISITOR, type TestKiosk } from './visits.ts';

/** A visit that somebody is expected for, with its code. */
export interface Expected {
  id: string;
  code: string;
  token: string;
  phone: string;
}

export const tailOf = ({ phone }: { phone: string }): string => phone.slice(-4);

export const HOST = { name: '王薇', department: '营销部' };

const FIRST_PHONE = 15_400_010_000;

/** A product with four kiosks, and what tests of the gate do there. */
export interface Gate {
  readonly product: Product;
  readonly kiosks: readonly TestKiosk[];
  /** The first of them. */
  readonly kiosk: TestKiosk;
  /** Bodies that kiosks and the public page were answered. */
  readonly told: readonly string[];
  /** Every phone that a visitor had. */
  phones(): string[];
  freshPhone(): string;
  page(path: string, body: object): Promise<Answer>;
  expected(more?: Parameters<typeof invite>[1]): Promise<Expected>;
  checkIn(code: string, phoneTail: string, at?: TestKiosk): Promise<Answer>;
  /** How often a visit's visitor came in. */
  arrivals(id: string): Promise<number>;
  /** Changes the passes of a visit, by columns in SQL. */
  setPass(id: string, columns: Record<string, string>): Promise<unknown>;
}

/** Starts the product with its kiosks. */
export async function startGate(): Promise<Gate> {
  const product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
  const told: string[] = [];
  let lastPhone = FIRST_PHONE;
  const heard = (answer: Answer): Answer => {
    told.push(JSON.stringify(answer.body));
    return answer;
  };
  const listening = (one: TestKiosk): TestKiosk => ({
    id: one.id, get: async (path) => heard(await one.get(path)), post: async (path, body) => heard(await one.post(path, body)),
  });
  const kiosks: TestKiosk[] = [];
  for (let n = 0; n < 4; n += 1) kiosks.push(listening(await enrolKiosk(product)));
  const kiosk = kiosks[0]!;
  const freshPhone = (): string => String(lastPhone += 1);
  return {
    product, kiosks, kiosk, told, freshPhone,
    phones: () => [VISITOR.phone, ...Array.from({ length: lastPhone - FIRST_PHONE }, (_, i) => String(FIRST_PHONE + 1 + i))],
    page: async (path, body) => heard(await call(product.url, 'POST', path, body)),
    async expected(more = {}) {
      const phone = freshPhone();
      const id = await invite(product, { ...more, visitor: { phone, ...more.visitor } });
      await openTask(product, id, 'arrival');
      return { id, phone, ...await toldCode(product, id) };
    },
    checkIn: (code, phoneTail, at = kiosk) => at.post('/kiosk/check-ins', { code, phoneTail }),
    arrivals: async (id) => (await product.db('task').where({ process_id: id, step: 'arrival', outcome: 'arrived' })).length,
    setPass: (id, columns) => product.db('visit_pass').where({ process_id: id })
      .update(Object.fromEntries(Object.entries(columns).map(([name, sql]) => [name, product.db.raw(sql)]))),
  };
}
