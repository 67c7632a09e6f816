import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processIdentity } from '../../../functions/adapters/process-identity.ts';
import type { HealthReport } from '../../../functions/ports.ts';
import { runAudit } from '../../../selfhost/audit/run-audit.ts';
import { type ControlSocket, openControlSocket } from '../../../selfhost/control-socket.ts';
import { controlSocketPath } from '../../../selfhost/control-socket-path.ts';
import { PlatformLog } from '../../../selfhost/platform-log.ts';
import { lockDataFolder } from '../../../selfhost/postgres/data-folder-lock.ts';
import { readSettings } from '../../../selfhost/settings.ts';
import { startService } from '../../../selfhost/start.ts';
import { createTestDatabase } from '../../postgres/database.ts';

let dataDir: string;
let sockets: ControlSocket[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartlead-mcp-audit-'));
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) await socket.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const healthy: HealthReport = {
  checkedAt: '2026-11-22T12:00:00.000Z',
  holds: true,
  counts: { instances: 3, processes: 2, routes: 2, secrets: 1, tokens: 4 },
  violations: [],
  components: [{ name: 'launcher', status: 'ok', detail: null }],
};
const damaged: HealthReport = {
  ...healthy,
  holds: false,
  violations: [
    { kind: 'process_not_wanted', subject: '4711', instanceId: 'ins_1', detail: 'It runs, but the instance is sleeping.' },
    { kind: 'secret_without_key', subject: 'smartlead-key/key_1@2', instanceId: null, detail: 'No key refers to it.' },
  ],
};

/** Runs the command on the data folder. */
async function audit(commandLine: string[] = [], environment: Record<string, string> = {}) {
  const printed = { out: '', error: '' };
  const code = await runAudit(
    commandLine,
    { DATA_DIR: dataDir, ...environment },
    {
      out: (text) => {
        printed.out += text;
      },
      error: (text) => {
        printed.error += text;
      },
    },
  );
  return { code, ...printed };
}

async function serve(check: () => Promise<HealthReport>, folder = dataDir): Promise<string> {
  sockets.push(await openControlSocket(folder, { check }, (line) => expect.unreachable(line)));
  return controlSocketPath(folder) ?? '';
}

describe('the command, while a service runs', () => {
  it('prints what the service finds, and ends with 0 where all is in order', async () => {
    await serve(async () => healthy);
    const { code, out, error } = await audit();
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('3 instances, 2 processes, 2 routes, 1 secret, 4 tokens');
    expect(out).toContain('Everything belongs to one live instance');
  });

  it('ends with 1 where something is wrong, and shows it as a table', async () => {
    await serve(async () => damaged);
    const { code, out } = await audit();
    expect(code).toBe(1);
    expect(out.split('\n').slice(3)).toEqual([
      '2 things are wrong:',
      '',
      '  WHAT                INSTANCE  SUBJECT                DETAIL',
      '  process_not_wanted  ins_1     4711                   It runs, but the instance is sleeping.',
      '  secret_without_key  -         smartlead-key/key_1@2  No key refers to it.',
      '',
    ]);
  });

  it('ends with 2 where a part could not be read, and names it', async () => {
    const components = [{ name: 'instances', status: 'failing' as const, detail: 'It could not be read.' }];
    await serve(async () => ({ ...healthy, holds: false, components }));
    const { code, out } = await audit();
    expect(code).toBe(2);
    expect(out).toContain('could not be read: instances. It could not be read.');
    expect(out).not.toContain('Everything belongs');
  });

  it('prints JSON as the API answers it', async () => {
    await serve(async () => damaged);
    const { code, out } = await audit(['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual(damaged);
  });

  it('ends with 2 where the service answers with an error', async () => {
    await serve(() => Promise.reject(new Error('of the database, with a secret')));
    const { code, error } = await audit();
    expect(code).toBe(2);
    expect(error).toContain('answered with status 500');
    expect(error).not.toContain('secret');
  });
});

describe('the control socket', () => {
  it('is for this user alone, goes with the service, and takes the place of one that was left behind', async () => {
    const path = await serve(async () => healthy);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await sockets.pop()?.close();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    writeFileSync(path, 'left behind');
    await serve(async () => healthy);
    expect((await audit()).code).toBe(0);
  });

  it('is for this user alone from its first moment on, however files are made otherwise', async () => {
    const modes: number[] = [];
    const path = controlSocketPath(dataDir) ?? '';
    const listen = Server.prototype.listen;
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...parameters: unknown[]) {
      Reflect.apply(listen, this, parameters);
      modes.push(statSync(path).mode & 0o777);
      return this;
    });
    const umask = process.umask(0);
    try {
      await serve(async () => healthy);
      expect([modes, process.umask()]).toEqual([[0o600], 0]);
    } finally {
      process.umask(umask);
      vi.restoreAllMocks();
    }
  });

  it('has a place of its own where the path of the data folder is too long for a socket', async () => {
    const folder = join(dataDir, 'a'.repeat(120));
    mkdirSync(folder);
    const path = await serve(async () => healthy, folder);
    expect(path.startsWith(folder)).toBe(false);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect((await audit([], { DATA_DIR: folder })).code).toBe(0);
  });

  it('a service that cannot have one says why, and runs without', async () => {
    const told: string[] = [];
    const socket = await openControlSocket(join(dataDir, 'absent'), { check: async () => healthy }, (line) => told.push(line));
    await socket.close();
    expect(told).toEqual([expect.stringMatching(/^Commands cannot ask this service: /)]);
  });
});

describe('the command, while no service runs', () => {
  it('says so where the data folder is none', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    const { code, error } = await audit([], { DATA_DIR: file });
    expect([code, error]).toEqual([2, expect.stringContaining(`the data folder ${file} is no folder; set DATA_DIR`)]);
  });

  it('says that there is nothing where there is no installation, and makes none', async () => {
    const missing = join(dataDir, 'absent');
    const { code, error } = await audit([], { DATA_DIR: missing });
    expect(code).toBe(2);
    expect(error).toContain(`there is no installation in ${missing}`);
    expect(statSync(missing, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says so where a service runs that cannot be asked', async () => {
    const lock = lockDataFolder(dataDir);
    const { code, error } = await audit([], { DATABASE_URL: 'postgres://u:pw-canary@127.0.0.1:1/x' });
    expect(code).toBe(2);
    expect(error).toContain(`the service (process ${process.pid}) runs, but cannot be asked here`);
    lock.release();
  });

  it('ends with 2 where the database is away, and does not print its password', async () => {
    const { code, error } = await audit([], { DATABASE_URL: 'postgres://u:pw-canary@127.0.0.1:1/x' });
    expect(code).toBe(2);
    expect(error).toContain('the audit could not be made');
    expect(error).not.toContain('pw-canary');
  });

  it('finds a process that an earlier run left behind', async () => {
    const { url, drop } = await createTestDatabase();
    const before = await audit([], { DATABASE_URL: url });
    expect(before).toMatchObject({ code: 0, error: '', out: expect.stringContaining('Nothing was left running') });
    const leftover = spawn('sleep', ['60']);
    const processId = leftover.pid ?? 0;
    mkdirSync(join(dataDir, 'instances'));
    const record = { instanceId: 'ins_1', processId, identity: processIdentity(processId) };
    writeFileSync(join(dataDir, 'instances', 'ins_1.json'), JSON.stringify(record));
    const { code, out } = await audit(['--json'], { DATABASE_URL: url });
    leftover.kill();
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      holds: false,
      counts: { processes: 1 },
      violations: [{ kind: 'process_left_over', subject: String(processId), instanceId: 'ins_1' }],
    });
    await drop();
  });

  it('refuses an argument it does not know, and explains itself', async () => {
    expect(await audit(['--fix'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('unknown argument "--fix"; see smartlead-service --help'),
    });
    const { code, out } = await audit(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Ends with 0 where everything is in order, with 1 where something is wrong, and with 2');
  });
});

it('a service that was started can be asked, and when it has stopped its data folder can be looked at', async () => {
  const settings = readSettings({ PORT: '0', DATA_DIR: dataDir }, [], dataDir);
  const service = await startService(settings, {
    log: new PlatformLog(),
    signal: new AbortController().signal,
    fail: () => {},
  });
  const asked = await audit();
  await service.stop();
  expect(asked).toMatchObject({ code: 0, error: '', out: expect.stringContaining('The running service was asked') });
  expect(await audit()).toMatchObject({ code: 0, error: '', out: expect.stringContaining('Nothing was left running') });
}, 60_000);
