/** More at once than these, or as many within `WINDOW_MS`, and whoever clicks goes before what follows a click. */
const AT_ONCE = 8;
const IN_A_ROW = 10;
const WINDOW_MS = 100;

/** How much is being written just now: the outbox waits while it is much (decision 10). */
export interface Writes {
  begin(): void;
  end(): void;
  many(): boolean;
}

/** Counts writes under way and the latest answered ones. */
export function createWrites(now: () => number = () => performance.now()): Writes {
  let underWay = 0;
  let next = 0;
  const answered = new Array<number>(IN_A_ROW).fill(-Infinity);
  return {
    begin() {
      underWay += 1;
    },
    end() {
      underWay -= 1;
      answered[next] = now();
      next = (next + 1) % IN_A_ROW;
    },
    // `next` is the earliest of the latest ones.
    many: () => underWay > AT_ONCE || now() - answered[next]! < WINDOW_MS,
  };
}
