import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIdentity } from '../../functions/adapters/process-identity.ts';
import { freePort } from '../free-port.ts';
import { createTestDatabase } from '../postgres/database.ts';

const main = fileURLToPath(new URL('../../dist/service/main.js', import.meta.url));

/** The program as it is run, built. */
class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  output = '';

  constructor(environment: Record<string, string>, nodeOptions: string[] = [], command = ['start']) {
    this.child = spawn(process.execPath, [...nodeOptions, main, ...command], {
      env: { PATH: process.env.PATH ?? '', PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  get lines(): string[] {
    return this.output.trim().split('\n');
  }

  async untilReady(): Promise<void> {
    await expect.poll(() => this.output, { timeout: 45_000, interval: 20 }).toContain('Running');
  }

  async stop(): Promise<number | NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    return await this.ended;
  }
}

describe('the program', { timeout: 90_000 }, () => {
  let dataDir: string;
  let programs: Program[];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'smartlead-mcp-main-'));
    programs = [];
  });
  afterEach(async () => {
    for (const program of programs) {
      program.child.kill('SIGKILL');
      await program.ended;
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 });
  });
  const run = (environment: Record<string, string> = {}, nodeOptions?: string[]) => {
    const program = new Program({ DATA_DIR: dataDir, ...environment }, nodeOptions);
    programs.push(program);
    return program;
  };

  it('opens no debugger on SIGUSR1, and goes on', async () => {
    const port = await freePort();
    const program = run({}, [`--inspect-port=${port}`]);
    await program.untilReady();
    program.child.kill('SIGUSR1');
    await pause(500);
    expect(program.output).not.toMatch(/debugger/i);
    const socket = connect(port, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    expect(await program.stop()).toBe(0);
  });

  it('ends with exit code 0 when it is told to stop while it starts, whenever that is', async () => {
    for (const milliseconds of [150, 500, 900, 1300]) {
      const program = run();
      await pause(milliseconds);
      const isListening = processListensForSignal(program.child.pid ?? -1);
      const code = await program.stop();
      // Before its first line ran, nothing can answer the signal.
      expect(isListening ? [0] : [0, 'SIGTERM']).toContain(code);
      expect(program.output.replace(/\n {2}(Dashboard|Data folder|Running) .*/g, '').trim()).toBe('');
    }
    const after = run();
    await after.untilReady();
    expect(await after.stop()).toBe(0);
  });

  it('ends at once on a second request to stop, and so does its database', async () => {
    const program = run();
    await program.untilReady();
    const postmaster = Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(postmaster, 'SIGSTOP'); // It will take its time to end.
    // The same Ctrl-C, heard twice at the same moment.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) program.child.kill(signal);
    const log = () => readFileSync(join(dataDir, 'logs/platform.log'), 'utf8');
    await expect.poll(log, { timeout: 20_000, interval: 20 }).toContain('The service stops.');
    // What comes more than half a second after the first is another request.
    await pause(600);
    expect(program.child.exitCode).toBeNull();
    program.child.kill('SIGINT');
    // Before the database goes on, so it was not waited for.
    expect(await program.ended).toBe(130);
    process.kill(postmaster, 'SIGCONT');
    await expect.poll(() => processIdentity(postmaster), { timeout: 20_000 }).toBeUndefined();
  });

  it('says in one line that its data folder cannot be made', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    const folders = [file, join(file, 'below'), ...(existsSync('/proc/self') ? ['/proc/xx', '/sys/xx'] : [])];
    const environments = [{}, { MASTER_KEY: Buffer.alloc(32, 1).toString('hex') }];
    const runs = folders.flatMap((folder) =>
      environments.map((environment) => ({ folder, program: run({ ...environment, DATA_DIR: folder }) })),
    );
    for (const { folder, program } of runs) {
      expect(await program.ended).toBe(1);
      expect(program.lines).toEqual([expect.stringContaining(`the data folder ${folder} cannot be used: `)]);
    }
  });

  it('says in one line that another service uses the database', async () => {
    const database = await createTestDatabase({ migrated: false });
    const environment = { DATABASE_URL: database.url, MASTER_KEY: Buffer.alloc(32, 1).toString('hex') };
    const first = run({ ...environment, DATA_DIR: join(dataDir, 'first') });
    await first.untilReady();
    const second = run({ ...environment, DATA_DIR: join(dataDir, 'second') });
    expect(await second.ended).toBe(1);
    expect(second.lines).toEqual([expect.stringContaining('another service uses this database')]);
    expect(await first.stop()).toBe(0);
    await database.drop();
  });

  it('stops with one line where another service takes over its database', async () => {
    const database = await createTestDatabase({ migrated: false });
    const program = run({ DATABASE_URL: database.url, MASTER_KEY: Buffer.alloc(32, 1).toString('hex') });
    await program.untilReady();
    const thief = new pg.Client(database.url);
    await thief.connect();
    const held = `from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;
    const { rows } = await thief.query(`select pid, classid::int8::int4, objid::int8::int4 ${held}`);
    // The end of the holder and the wait for its lock overlap, so that nobody is faster.
    const stolen = thief.query('select pg_advisory_lock($1, $2)', [rows[0].classid, rows[0].objid]);
    const executioner = new pg.Client(database.url);
    await executioner.connect();
    await executioner.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await executioner.end();
    await stolen;
    expect(await program.ended).toBe(1);
    expect(program.lines.at(-1)).toMatch(/^smartlead-service: another service took over this database/);
    await thief.end();
    await database.drop();
  });
});

/**
 * Whether the program listens for requests to stop by now (Linux; elsewhere it is supposed not to). SIGHUP tells: Node catches SIGTERM
 * by itself from its very start, to restore the terminal before it dies of it.
 */
function processListensForSignal(pid: number): boolean {
  try {
    const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${caught}`) & 1n) !== 0n; // SIGHUP is 1.
  } catch {
    return false;
  }
}
