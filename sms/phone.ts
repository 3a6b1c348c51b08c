/**
 * A phone number as E.164, as carriers want it: a Chinese mobile number may be written without +86. Undefined for what is no number that
 * could receive an SMS.
 */
export function e164(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '');
  if (/^(\+?86)?1[3-9]\d{9}$/.test(digits)) return `+86${digits.slice(-11)}`;
  return /^\+(?!86)[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}
