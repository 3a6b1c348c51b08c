/** Something that the person at the keyboard can cure: `message` says what is wrong, `remedy` what to do about it. */
export class StartUpError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartUpError';
    this.remedy = remedy;
  }
}

/** One sentence (and its remedy, where there is one) for any thrown value; never a stack. */
export function explain(error: unknown): string {
  if (error instanceof StartUpError) return `${error.message}\n  Remedy: ${error.remedy}`;
  if (error instanceof AggregateError) return error.errors.map(explain).join('\n');
  const message = error instanceof Error ? error.message : String(error);
  // From the operating system and from PostgreSQL alike.
  if (/ENOSPC|No space left on device/.test(message)) {
    return 'The disk is full.\n  Remedy: free about 1 GB, then start again; nothing is lost.';
  }
  // knex puts the whole statement before the reason.
  return message.length > 600 ? `… ${message.slice(-600)}` : message;
}
