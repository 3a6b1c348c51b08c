import type { TemplateName } from './templates.ts';

export type CarrierName = 'aliyun' | 'twilio' | 'outbox';

/** One SMS on its way out. */
export interface OutgoingSms {
  /** Ours; carriers that can, give it back with their receipt. */
  readonly id: string;
  /** E.164, such as +8613812345678. */
  readonly phone: string;
  readonly template: TemplateName;
  readonly locale: string;
  readonly params: Readonly<Record<string, string>>;
  /** The same as whole words, for carriers that take words. */
  readonly text: string;
}

/**
 * What a carrier says to an SMS. `refused`: this carrier will never take it, another one may (`bad-number`: nobody will). An error that is
 * thrown is a hiccup: the same SMS is tried again, later when it is a CarrierLimit.
 */
export type Submission =
  | { readonly result: 'accepted'; readonly carrierId: string }
  | { readonly result: 'refused'; readonly code: string }
  | { readonly result: 'bad-number'; readonly code: string };

/** Whether an SMS reached its phone; undefined while nobody knows. */
export type Receipt = 'delivered' | 'undelivered' | undefined;

/** A way to phones: Aliyun, Twilio, or the demo's page. */
export interface Carrier {
  readonly name: CarrierName;
  /** Whether it goes to this phone at all: Aliyun only to +86, Twilio there only where it was allowed (personal data leaves the country). */
  takes(phone: string): boolean;
  send(sms: OutgoingSms): Promise<Submission>;
  /** Asks for the receipt that did not come by itself. */
  receipt(sms: { readonly phone: string; readonly carrierId: string; readonly sentAt: Date }): Promise<Receipt>;
}

/** The carrier wants fewer messages: try again after this many ms. */
export class CarrierLimit extends Error {
  readonly code: string;
  readonly retryAfterMs: number;

  constructor(code: string, retryAfterMs: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A hiccup of the carrier's or of the line. The code never quotes what was sent. `unknown`: the carrier may have taken it all the same. */
export class CarrierFailure extends Error {
  readonly code: string;
  readonly unknown: boolean;

  constructor(code: string, unknown = false) {
    super(code);
    this.code = code;
    this.unknown = unknown;
  }
}
