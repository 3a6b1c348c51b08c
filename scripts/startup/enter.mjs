/** What comes before any installed package: the version of Node, the installation, and then a TypeScript module. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Installs when needed and runs the function `main` that the module in this folder exports. */
export async function enter(module) {
  checkNode();
  if (!isInstalled()) await install();
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import(new URL(module, import.meta.url).href);
  await main(process.argv.slice(2));
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
  if (!enough) {
    fail(`Houqin needs Node 20.19 or later, or 22.12 or later; this is ${process.versions.node}.`,
      'install a current Node (https://nodejs.org), then run the command again.');
  }
  if (process.platform === 'win32') {
    fail('Houqin does not run on Windows itself.', 'use the Windows Subsystem for Linux (wsl --install).');
  }
}

// By content, not by time: a copied or freshly cloned folder has the times of the copy.
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages(path.join('node_modules', '.package-lock.json'));
  if (!wanted || !present || !existsSync(path.join(root, 'node_modules', 'tsx'))) return false;
  const there = Object.entries(wanted).filter(([place]) => place !== '');
  return there.every(([place, { version, optional, devOptional }]) => {
    const found = present[place];
    return found ? found.version === version : Boolean(optional || devOptional);
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install() {
  const began = Date.now();
  console.log('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = (signal) => child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const code = await new Promise((resolve) => child.once('error', () => resolve(127)).once('close', resolve));
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (code === null) process.exit(1);
  if (code === 127) fail('npm was not found.', 'install Node together with npm (https://nodejs.org).');
  if (code !== 0) {
    fail(`The packages could not be installed (npm ended with ${code}, see above).`,
      'check the connection to the npm registry ("npm config get registry") and the free disk space, then try again.');
  }
  console.log(`Packages installed (${((Date.now() - began) / 1000).toFixed(1)} s).`);
}

function fail(sentence, remedy) {
  console.error(`${sentence}\n  Remedy: ${remedy}`);
  process.exit(1);
}
