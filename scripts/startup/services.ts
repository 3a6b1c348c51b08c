import path from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { spawnOwn, type Exit } from '../servers/own-process.ts';
import { programArgs, projectRoot } from '../servers/places.ts';
import { recordFileOf } from '../servers/run-file.ts';
import { StartUpError } from '../servers/start-up-error.ts';
import { ENGINE_NICE } from '../servers/temporal.ts';
import type { Running } from '../servers/supervisor.ts';

/** One of our own programs, its JSON lines in `logFile`. */
export interface Program extends Running {
  name: string;
  logFile: string;
}

/** For the API: glibc's many arenas keep what decoded photos left, three times as much as one photo needs. */
export const leanMemory = { MALLOC_ARENA_MAX: '2' };

/** Starts one of our own programs (`api/main.ts`, …) with its log in logs/NAME.log of the data folder. */
export async function startProgram(
  name: string, script: string, dataDir: string, env: NodeJS.ProcessEnv,
): Promise<Program> {
  const logFile = path.join(dataDir, 'logs', `${name}.log`);
  const program = await spawnOwn({
    command: process.execPath,
    args: programArgs(script),
    cwd: projectRoot,
    env,
    nice: name === 'worker' ? ENGINE_NICE : 0,
    logFile,
    recordFile: recordFileOf(dataDir, name),
  });
  return {
    name, logFile, pid: program.pid, exited: program.exited, stop: (timeoutMs = 5_000) => program.stop({ timeoutMs }),
  };
}

/**
 * Resolves with the program when `isReady` says so. Throws StartUpError with the log's last words when it ends before,
 * or takes longer than `withinMs`; then it is stopped.
 */
export async function untilReady(
  program: Program, isReady: () => Promise<boolean>, withinMs: number,
): Promise<Program> {
  let ended: Exit | undefined;
  void program.exited.then((exit) => { ended = exit; });
  const deadline = Date.now() + withinMs;
  while (!(await isReady().catch(() => false))) {
    if (ended === undefined && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    const how = ended
      ? `ended (${ended.signal ?? `exit code ${ended.code}`})`
      : `is not ready after ${withinMs / 1000} s`;
    await program.stop(5_000);
    throw new StartUpError(`The ${program.name} ${how}:\n  ${lastWords(program.logFile)}`, `read ${program.logFile}.`);
  }
  return program;
}

/** Whether the API answers. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/api/health/live`, { signal: AbortSignal.timeout(2_000) });
  return response.ok;
}

/** Whether a worker has polled the task queue for workflow tasks since `since` (milliseconds of the epoch). */
export async function isPolled(
  address: string, namespace: string, taskQueue: string, since: number,
): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace, taskQueue: { name: taskQueue }, taskQueueType: 1,
    });
    return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= since - 1_000);
  } finally {
    await connection.close();
  }
}

function lastWords(logFile: string): string {
  if (!existsSync(logFile)) return '(it wrote nothing)';
  const lines = readFileSync(logFile, 'utf8').split('\n').filter((line) => line.trim()).slice(-6);
  if (lines.length === 0) return '(it wrote nothing)';
  return lines.map((line) => (line.length > 600 ? `${line.slice(0, 600)} …` : line)).join('\n  ');
}
