import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { descendants, isAlive, visibleText } from './process-tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('npm start', { timeout: 60_000 }, () => {
  let dataDir: string;
  let port: number;
  let npm: ChildProcess;
  let output: string;
  let debuggerPort: number;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'npm-start-'));
    port = await freePort();
    debuggerPort = await freePort();
    output = '';
    npm = spawn('npm', ['start', '--silent'], {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        PORT: String(port),
        DATA_DIR: dataDir,
        NODE_OPTIONS: `--inspect-port=${debuggerPort}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const read = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    npm.stdout?.on('data', read);
    npm.stderr?.on('data', read);
    await expect.poll(() => output, { timeout: 45_000, interval: 50 }).toMatch(/Running .*\n/);
  });

  afterEach(async () => {
    if (npm.exitCode === null && npm.signalCode === null) {
      const processes = descendants(npm.pid ?? -1);
      const ended = once(npm, 'exit');
      npm.kill('SIGTERM');
      await ended;
      // npm may be gone before the service has put its data in order.
      await expectNothingLeft(processes);
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  async function expectNothingLeft(processes: number[]): Promise<void> {
    await expect.poll(() => processes.filter(isAlive), { timeout: 20_000, interval: 50 }).toEqual([]);
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }

  it('says where the dashboard is, where the data lies and what runs, and nothing else', async () => {
    const lines = output
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.map((line) => line.trim().split(/\s{2,}/)[0])).toEqual(['Dashboard', 'Data folder', 'Running']);
    expect(output).toContain(`http://localhost:${port}`);
    expect(output).toContain(dataDir);
    const page = await fetch(`http://localhost:${port}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
  });

  it('ends with everything it started on Ctrl-C', async () => {
    const processes = [npm.pid ?? -1, ...descendants(npm.pid ?? -1)];
    expect(processes.length).toBeGreaterThan(3);
    // A terminal sends the signal to the whole foreground process group.
    process.kill(-(npm.pid ?? 0), 'SIGINT');
    await expectNothingLeft(processes);
  });

  it('opens no debugger on SIGUSR1, in the launcher or in the service', async () => {
    // Not the shell that npm puts between itself and the launcher: npm would repeat on itself the signal that ended it.
    const nodes = descendants(npm.pid ?? -1).filter((pid) =>
      /^\S*node\0.*(launch\.mjs|dist\/service\/main\.js)\0/.test(visibleText(pid)),
    );
    expect(nodes).toHaveLength(2);
    for (const pid of nodes) process.kill(pid, 'SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(output).not.toMatch(/debugger/i);
    const [error] = await once(connect(debuggerPort, '127.0.0.1'), 'error');
    expect(error.code).toBe('ECONNREFUSED');
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
  });

  it('leaves nothing when npm itself is killed', async () => {
    const processes = descendants(npm.pid ?? -1);
    npm.kill('SIGKILL');
    await expectNothingLeft(processes);
  });

  it('leaves nothing when the launcher is killed', async () => {
    const processes = descendants(npm.pid ?? -1);
    const [launcher] = processes;
    process.kill(launcher ?? -1, 'SIGKILL');
    await expectNothingLeft(processes);
  });
});
