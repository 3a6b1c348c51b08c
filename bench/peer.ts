import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The settings that its README names for a check of about three minutes. */
const QUICK = {
  PEER_ROUNDS: '1', PEER_START_S: '3', PEER_FLOW_S: '5', PEER_ENGINE_S: '3', PEER_ENGINE_ROUNDS: '1', PEER_SCALES: '10000,100000',
  PEER_INBOX_S: '1', PEER_INBOX_ROUNDS: '1', PEER_AT_SCALE_S: '2',
};

/**
 * Runs the Flowable harness in `folder` (see its README: needs Java 17, Maven, PostgreSQL 15) and answers its JSON. In a copy, since it builds
 * in place. Throws with its last words when it fails.
 */
export async function runPeer(folder: string, isFull: boolean, say: (text: string) => void): Promise<any> {
  const copy = mkdtempSync(path.join(tmpdir(), 'houqin-peer-'));
  try {
    cpSync(folder, copy, { recursive: true });
    const out = path.join(copy, 'result.json');
    const child = spawn('bash', [path.join(copy, 'run.sh')], {
      cwd: copy, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...(isFull ? {} : QUICK), PEER_OUT: out },
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4_000);
      say(`peer: ${chunk.toString().trim().split('\n').pop()}`);
    });
    const code = await new Promise((resolve) => { child.once('close', resolve); });
    if (code !== 0) throw new Error(`The peer's run.sh ended with ${code}:\n${words}`);
    return JSON.parse(readFileSync(out, 'utf8'));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
