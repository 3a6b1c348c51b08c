import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './json-file.ts';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What names a process beyond doubt: pids are given out again, a pid with its start time is not. */
export interface ProcessRecord {
  pid: number;
  started: string;
}

/** A child in a process group of its own: Ctrl-C reaches only the parent, which stops its children in order. */
export interface OwnProcess {
  pid: number;
  exited: Promise<Exit>;
  /** Asks politely with `signal`, insists with SIGKILL after `timeoutMs`; resolves when it is gone. */
  stop(options?: { signal?: NodeJS.Signals; timeoutMs?: number }): Promise<Exit>;
  /** SIGKILL to the whole group. */
  kill(): Promise<Exit>;
}

/** What to run and where its output and its record go. */
export interface SpawnOptions {
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  user?: { uid: number; gid: number };
  /** How much it lets others go first, as `nice` counts: 0 to 19. */
  nice?: number;
  /** Standard output and error; earlier ones are kept as .1 to .3. */
  logFile: string;
  /** Written at once after the start, removed at the end: what is left after kill -9 of the parent is found by it. */
  recordFile?: string;
}

const keptLogs = 3;

/** Starts a child in its own process group with its output in a file; throws when it cannot be started at all. */
export async function spawnOwn(options: SpawnOptions): Promise<OwnProcess> {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  rotate(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    chmodSync(options.logFile, 0o600);
    child = spawn(options.command, options.args, {
      cwd: options.cwd, env: { ...options.env, ...testMark() }, detached: true, stdio: ['ignore', log, log],
      ...options.user,
    });
  } finally {
    closeSync(log);
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      signalGroup(child.pid, 'SIGKILL');
      if (options.recordFile) rmSync(options.recordFile, { force: true });
      resolve({ code, signal });
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    if (child.pid !== undefined) resolve(child.pid);
  });
  if (options.nice) letOthersGoFirst(pid, options.nice);
  try {
    if (options.recordFile) recordProcess(options.recordFile, pid);
  } catch (error) {
    // Without a record nobody would find it after a kill.
    signalGroup(pid, 'SIGKILL');
    throw error;
  }
  return {
    pid,
    exited,
    async stop({ signal = 'SIGTERM', timeoutMs = 10_000 } = {}) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), timeoutMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) signalGroup(pid, 'SIGKILL');
      return await exited;
    },
  };
}

/** Where it cannot be had, everybody is served alike. */
function letOthersGoFirst(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
    // Linux shares the processor among sessions first, and each of our children is one.
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // Another system, or a container that forbids it.
  }
}

/** Notes in `file` which process this is. */
export function recordProcess(file: string, pid: number): void {
  const started = processStart(pid);
  if (started !== undefined) writeJson(file, { pid, started } satisfies ProcessRecord);
}

/** When (and in which boot) the process with this pid began, as an opaque text; undefined when there is none. */
export function processStart(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') {
    const started = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim();
    return started || undefined;
  }
  const fields = statFields(pid);
  // A zombie is dead, only not yet reaped by its parent.
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
}

/** Whether the recorded process itself, not a later one with its pid, is alive. */
export function isRecordedAlive(record: ProcessRecord | undefined): record is ProcessRecord {
  return record !== undefined && processStart(record.pid) === record.started;
}

/**
 * Ends the process recorded in `file` if that very process still runs (a stranger with its pid is never touched).
 * Returns whether there was one.
 */
export async function endRecorded(
  file: string, options: { signal?: NodeJS.Signals; timeoutMs?: number } = {},
): Promise<boolean> {
  const record = readJson<ProcessRecord>(file);
  const alive = isRecordedAlive(record);
  if (alive) await endProcess(record, options);
  rmSync(file, { force: true });
  return alive;
}

/** Ends one recorded process: `signal`, then SIGKILL to its group; resolves when it is gone. */
export async function endProcess(
  record: ProcessRecord,
  { signal = 'SIGTERM', timeoutMs = 10_000 }: { signal?: NodeJS.Signals; timeoutMs?: number } = {},
): Promise<void> {
  if (!isRecordedAlive(record)) return;
  signalProcess(record.pid, signal);
  const deadline = Date.now() + timeoutMs;
  while (isRecordedAlive(record) && Date.now() < deadline) await sleep(20);
  if (!isRecordedAlive(record)) return;
  signalGroup(record.pid, 'SIGKILL');
  signalProcess(record.pid, 'SIGKILL');
  while (isRecordedAlive(record)) await sleep(20);
}

/** The pids of the direct children of a process. */
export function childrenOf(pid: number): number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && statFields(Number(name))?.[1] === String(pid))
      .map(Number);
  }
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
  return stdout.split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}

/** The parent's pid; undefined when the process is gone, or where the machine does not say. */
export function parentOf(pid: number): number | undefined {
  const parent = process.platform === 'linux' ? statFields(pid)?.[1] : undefined;
  return parent === undefined ? undefined : Number(parent);
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

// The fields of /proc/PID/stat after the command name (which may hold spaces and brackets): state, ppid, pgrp, …
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

// What a test starts is known by this mark, and ended by it when the test was not able to.
function testMark(): NodeJS.ProcessEnv {
  const root = process.env.HOUQIN_TEST_ROOT;
  return root === undefined ? {} : { HOUQIN_TEST_ROOT: root };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is empty, which is what we wanted.
  }
}

function rotate(file: string): void {
  for (let n = keptLogs - 1; n >= 0; n -= 1) {
    try {
      renameSync(n === 0 ? file : `${file}.${n}`, `${file}.${n + 1}`);
    } catch {
      // That one does not exist yet.
    }
  }
}
