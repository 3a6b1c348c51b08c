/** Where a fault experiment ends this process, and at which pass. */
const armed = new Map<string, number>();

/** What `HOUQIN_FAILPOINTS` says, such as `api.after_commit@3,worker.after_effect:issueStock@1`. Throws on anything else. */
export function parseFailpoints(text: string): Map<string, number> {
  return new Map(text.split(',').map((each) => {
    const [, name, pass] = /^([\w.:]+)@([1-9]\d{0,5})$/.exec(each) ?? [];
    if (!name) throw new Error(`HOUQIN_FAILPOINTS: "${each}" is not NAME@PASS.`);
    return [name, Number(pass)];
  }));
}

/** Arms the fail-points of this process, once at its start; config.ts refuses them outside of tests. */
export function armFailpoints(failpoints: ReadonlyMap<string, number>): void {
  for (const [name, pass] of failpoints) armed.set(name, pass);
}

/** Ends this process as a power cut would, if this is the pass that the experiment wants. Nothing at all in production. */
export function failpoint(...names: string[]): void {
  if (armed.size === 0) return;
  for (const name of names) {
    const left = (armed.get(name) ?? 0) - 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    if (left >= 0) armed.set(name, left);
  }
}

/** The same, `milliseconds` from now. */
export function failpointSoon(milliseconds: number, ...names: string[]): void {
  if (armed.size > 0) setTimeout(failpoint, milliseconds, ...names);
}
