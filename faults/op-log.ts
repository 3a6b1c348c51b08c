import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Whatever came over HTTP, from a table or from a history: looked at, not typed. */
export type Json = any;

/** What a person asks of the system; the second line of visits, the last one at a kiosk. */
export type OpName = 'start' | 'decide' | 'withdraw' | 'claim' | 'release' | 'transfer'
  | 'invite' | 'move' | 'check-in' | 'check-out' | 'undo-check-in' | 'undo-check-out'
  | 'walk-in' | 'kiosk-in' | 'kiosk-out';

/** An op as it was asked; everything of it is known before it is sent. */
export interface Asked {
  id: number;
  /** The Idempotency-Key, the same at every attempt. */
  key: string;
  /** Person id and user name. */
  actor: string;
  username: string;
  op: OpName;
  path: string;
  /** Process or task id; nothing at a start. */
  target?: string;
  body: Json;
  /** Milliseconds of the epoch, by the driver's clock. */
  t0: number;
}

/** What came of it. An unknown op may or may not have happened. */
export interface Op extends Asked {
  t1: number | null;
  result: 'ok' | 'fail' | 'unknown';
  status: number | null;
  answer: Json;
  attempts: number;
}

/** How somebody who was answered with success found it in a list of their own. */
export interface Sighting {
  opId: number;
  /** The path of the list. */
  list: string;
  /** From the answer until it was seen; null when it was given up. */
  seconds: number | null;
  /** How long after the answer the last look began that was answered and did not show it; 0 when the first one did. */
  blind: number;
}

/** The driver's own record of a run, outside of the system and on disk before the next step is taken. */
export class OpLog {
  readonly file: string;
  private readonly descriptor: number;

  constructor(file: string) {
    this.file = file;
    this.descriptor = openSync(file, 'a');
  }

  /** Before it is sent. */
  asked(op: Asked): void {
    this.write({ asked: op });
  }

  /** When it is known, or given up as unknown. */
  answered(answer: Pick<Op, 'id' | 't1' | 'result' | 'status' | 'answer' | 'attempts'>): void {
    this.write({ answered: answer });
  }

  /** When an own list was looked at after an answer. */
  seen(sighting: Sighting): void {
    this.write({ seen: sighting });
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(line: object): void {
    writeSync(this.descriptor, `${JSON.stringify(line)}\n`);
    fsyncSync(this.descriptor);
  }
}

/** Reads a run back; an op without an answer is unknown. */
export function readOps(file: string): Op[] {
  const ops = new Map<number, Op>();
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { asked, answered } = JSON.parse(line) as { asked?: Asked; answered?: Op };
    if (asked) ops.set(asked.id, { ...asked, t1: null, result: 'unknown', status: null, answer: null, attempts: 0 });
    if (answered) Object.assign(ops.get(answered.id)!, answered);
  }
  return [...ops.values()];
}

/** Reads back who saw what. */
export function readSightings(file: string): Sighting[] {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('{"seen"')).map((line) => JSON.parse(line).seen as Sighting);
}

/** Counts for the report of a run. */
export function countOps(ops: readonly Op[]): { ok: number; fail: number; unknown: number; retried: number } {
  const of = (result: Op['result']): number => ops.filter((op) => op.result === result).length;
  return { ok: of('ok'), fail: of('fail'), unknown: of('unknown'), retried: ops.filter((op) => op.attempts > 1).length };
}
