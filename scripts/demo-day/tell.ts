import type { Cast } from './requisition.ts';
import type { Story } from './stories.ts';

const AT_ONCE = 4;

/** Runs the stories, a few at once, numbered from `first`; answers how many failed. */
export async function tell(people: Cast, toTell: readonly Story[], first: number): Promise<number> {
  let next = 0;
  let failed = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < toTell.length) {
      const index = next;
      next += 1;
      await toTell[index]!(people, first + index).catch((error: Error) => {
        failed += 1;
        console.error(`Demo: request ${first + index} stopped: ${error.message}`);
      });
    }
  }));
  return failed;
}
