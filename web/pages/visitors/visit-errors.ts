import { t } from '../../texts.ts';
import type { VisitorTyped } from './visitor-value.ts';

/** What is missing before a visit is sent, by the API's paths. */
export function missing({ visitor, purpose, place }: { visitor: VisitorTyped; purpose: string | undefined; place: string }): Record<string, string> {
  return {
    ...(visitor.name.trim() === '' && { 'visitor.name': t('form.needed') }),
    ...(visitor.phone.trim() === '' && { 'visitor.phone': t('form.needed') }),
    ...(visitor.idNumber.trim() !== '' && !visitor.idConsent && { 'visitor.idConsent': t('visitor.consent.needed') }),
    ...(purpose === undefined && { purpose: t('form.choose') }),
    ...(place.trim() === '' && { place: t('form.needed') }),
  };
}

/** The errors below `visitor`, by the visitor's own fields. */
export function visitorErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([path]) => path.startsWith('visitor.')).map(([path, message]) => [path.slice('visitor.'.length), message]));
}
