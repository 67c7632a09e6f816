#!/usr/bin/env node
/**
 * The one entry for `npm start`, `npm test` and the other commands. It has no dependencies and runs on Node 20 or later, because on
 * a fresh clone nothing else is there yet: it installs what package-lock.json names, builds what changed since the last build, and
 * then hands over to the pinned Node 24 of the `node` package.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceFlags } from './service-runtime.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const installStamp = join(root, 'node_modules', '.installed-for');

const toolFlags = ['--enable-source-maps', '--disable-sigusr1'];

/** What each command builds first, and what it then runs with the pinned Node; with the flags of a tool where nothing is said. */
const commands = {
  start: {
    parts: ['instance', 'service', 'dashboard'],
    run: (rest) => ['dist/service/main.js', 'start', ...rest],
    flags: serviceFlags,
  },
  build: { parts: ['instance', 'service', 'dashboard', 'functions', 'router', 'manager'], run: undefined },
  test: { parts: ['instance', 'service', 'dashboard', 'functions'], run: (rest) => ['scripts/test.ts', ...rest] },
  'test:aws': { parts: ['instance', 'functions'], run: (rest) => ['scripts/test-aws.ts', ...rest] },
  bench: { parts: ['instance', 'service', 'dashboard'], run: (rest) => ['test/bench/main.ts', ...rest] },
  'bench:instance': { parts: ['instance'], run: (rest) => ['test/bench/instance.ts', ...rest] },
  'bench:router': { parts: ['instance', 'service', 'dashboard'], run: (rest) => ['test/bench/router.ts', ...rest] },
  faults: { parts: ['instance', 'service', 'dashboard'], run: (rest) => ['scripts/run-faults.ts', ...rest] },
  conformance: { parts: [], run: (rest) => ['scripts/run-conformance.ts', ...rest] },
  'conformance:serve': { parts: [], run: (rest) => ['scripts/serve-conformance.ts', ...rest] },
  budget: { parts: [], run: (rest) => ['scripts/print-token-budget.ts', ...rest] },
  cost: { parts: [], run: (rest) => ['scripts/cost.ts', ...rest] },
  coverage: { parts: [], run: (rest) => ['scripts/write-coverage.ts', ...rest] },
  service: {
    parts: ['instance', 'service', 'dashboard'],
    run: (rest) => ['dist/service/main.js', ...rest],
    flags: serviceFlags,
  },
  instance: { parts: ['instance'], run: (rest) => ['dist/instance/main.js', ...rest] },
};

/** Folders whose content decides whether a part must be built anew. */
const sources = {
  instance: ['core', 'container/instance', 'scripts'],
  service: ['core', 'container', 'functions', 'selfhost', 'scripts'],
  dashboard: ['frontend', 'scripts'],
  functions: ['core', 'functions', 'scripts'],
  router: ['core', 'container/router', 'scripts'],
  manager: ['core', 'functions', 'scripts'],
};

// SIGUSR1 would open Node's debugger in this process, and an instance may send signals.
process.on('SIGUSR1', () => {});

const [name, ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) fail(`unknown command "${name ?? ''}"; one of: ${Object.keys(commands).join(', ')}`, 2);

install();
build(command.parts);
if (command.run !== undefined) handOver(command.run(rest), command.flags ?? toolFlags);

function fail(message, code = 1) {
  process.stderr.write(`smartlead-mcp: ${message}\n`);
  process.exit(code);
}

function say(message) {
  process.stderr.write(`${message}\n`);
}

function install() {
  const wanted = `${createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')} ${process.platform}-${process.arch}`;
  const installed = existsSync(installStamp) ? readFileSync(installStamp, 'utf8') : '';
  if (installed === wanted && existsSync(pinnedNode)) return;
  say('Installing dependencies; only needed when they change...');
  // The pinned Node, esbuild and PostgreSQL unpack themselves in install scripts; package.json names them under allowScripts.
  const options = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawnSync('npm', options, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  if (result.error !== undefined || result.status !== 0)
    fail('npm ci failed (see above); check the network and run the command again');
  if (!existsSync(pinnedNode))
    fail('the pinned Node was not unpacked; check that npm may run install scripts and run the command again');
  writeFileSync(installStamp, wanted);
}

function build(parts) {
  const changed = [];
  const stamps = {};
  for (const part of parts) {
    stamps[part] = fingerprint([...sources[part], 'package-lock.json']);
    const stamp = join(root, 'dist', `.${part}-built-from`);
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== stamps[part]) changed.push(part);
  }
  if (changed.length === 0) return;
  say(`Building ${changed.join(', ')}...`);
  const result = spawnSync(pinnedNode, ['scripts/build.ts', ...changed], { cwd: root, stdio: ['ignore', 2, 2] }); // Standard output may belong to a protocol.
  if (result.status !== 0) fail('the build failed (see above)');
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const part of changed) writeFileSync(join(root, 'dist', `.${part}-built-from`), stamps[part]);
}

/** Hash over the names and contents of all files below the paths. Contents, not times: a checkout changes times. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const entries = readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(child);
      else hash.update(child).update(readFileSync(join(root, child)));
    }
  };
  for (const path of paths) {
    if (path.endsWith('.json')) hash.update(path).update(readFileSync(join(root, path)));
    else if (existsSync(join(root, path))) visit(path);
  }
  return hash.digest('hex');
}

/**
 * Runs the program in a session of its own, so that Ctrl-C reaches it once and through us. The IPC channel tells it when this
 * process is gone, so that `kill -9` here leaves nothing behind either.
 */
function handOver(programArguments, flags) {
  const program = spawn(pinnedNode, [...flags, ...programArguments], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
    env: { ...process.env, PATH: `${dirname(pinnedNode)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
  });
  let stoppingSince;
  // One Ctrl-C can arrive twice, from the terminal and from npm. A request that comes later is passed on: it means "at once".
  const stop = (signal) => {
    if (stoppingSince !== undefined && performance.now() - stoppingSince < 750) return;
    stoppingSince ??= performance.now();
    // Ctrl-C is told apart: a person waits then.
    program.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm killed with -9 cannot tell us. Between it and us stands a shell, so it is the shell's parent that changes.
    const ancestors = ancestry();
    setInterval(() => stoppingSince === undefined && ancestry() !== ancestors && stop(), 500).unref();
  }
  program.on('error', (error) => fail(error.message));
  program.on('exit', (code, signal) => {
    if (signal !== null && stoppingSince === undefined) say(`smartlead-mcp: the program was ended by ${signal}`);
    process.exit(code ?? 1);
  });
}

/** The process ids of our parent and, where the system shows it (Linux), of its parent. */
function ancestry() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return String(process.ppid);
  }
}
