import { purposes } from '../../../workflows/visit/contract.ts';
import { words } from '../../contracts.ts';
import type { Visit } from './visit-words.ts';

/** A visitor as typed; what is empty is not sent. It is kept nowhere but on the page. */
export interface VisitorTyped {
  name: string;
  phone: string;
  company: string;
  plate: string;
  idNumber: string;
  idConsent: boolean;
}

/** Nobody yet. */
export function emptyVisitor(): VisitorTyped {
  return { name: '', phone: '', company: '', plate: '', idNumber: '', idConsent: false };
}

/** A visitor as the API takes one. */
export function visitorSent({ name, phone, company, plate, idNumber, idConsent }: VisitorTyped) {
  const text = (typed: string): string => typed.normalize('NFKC').trim();
  return {
    name: name.trim(), phone: text(phone),
    ...(company.trim() && { company: company.trim() }),
    ...(text(plate) && { plate: text(plate) }),
    ...(text(idNumber) && { idNumber: text(idNumber), idConsent }),
  };
}

/** What a visit may be for, in the page's language. */
export function purposeOptions(): { value: Visit['purpose']; text: string }[] {
  return Object.entries(purposes).map(([value, title]) => ({ value: value as Visit['purpose'], text: words(title) }));
}
