import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformLog } from '../../selfhost/platform-log.ts';
import { lockDataFolder } from '../../selfhost/postgres/data-folder-lock.ts';
import { DatabaseInUseError, DataFolderInUseError } from '../../selfhost/postgres/errors.ts';
import { readSettings } from '../../selfhost/settings.ts';
import { type StartedService, startService } from '../../selfhost/start.ts';
import { createTestDatabase } from '../postgres/database.ts';

describe('starting the service', { timeout: 90_000 }, () => {
  let dataDir: string;
  let services: StartedService[];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'smartlead-mcp-start-'));
    services = [];
  });
  afterEach(async () => {
    for (const service of services) await service.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function start(environment: Record<string, string> = {}, signal = new AbortController().signal) {
    const settings = readSettings({ PORT: '0', DATA_DIR: dataDir, ...environment }, [], dataDir);
    const service = await startService(settings, { log: new PlatformLog(), signal, fail: () => {} });
    services.push(service);
    return service;
  }
  const logLines = (folder = dataDir) =>
    readFileSync(join(folder, 'logs', 'platform.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; message: string });

  it('touches no log while another service owns the data folder', async () => {
    const lock = lockDataFolder(dataDir);
    await expect(start()).rejects.toThrow(DataFolderInUseError);
    expect(existsSync(join(dataDir, 'logs'))).toBe(false);
    lock.release();
  });

  it('is refused on a database that another service uses, from whatever data folder, and leaves that one alone', async () => {
    const database = await createTestDatabase({ migrated: false });
    const environment = { DATABASE_URL: database.url, MASTER_KEY: Buffer.alloc(32, 1).toString('base64') };
    const first = await start(environment);
    await expect(start({ ...environment, DATA_DIR: join(dataDir, 'second') })).rejects.toThrow(DatabaseInUseError);
    await first.stop();
    const second = await start({ ...environment, DATA_DIR: join(dataDir, 'second') });
    await second.stop();
    await database.drop();
  });

  it('warns in its log where all clients would seem to have the address of a proxy', async () => {
    const warnings = () => logLines().filter(({ message }) => message.includes('TRUSTED_PROXIES'));
    await (await start()).stop();
    expect(warnings()).toEqual([]);
    await (await start({ PUBLIC_URL: 'https://mcp.example.com', TRUSTED_PROXIES: '1' })).stop();
    expect(warnings()).toEqual([]);
    await (await start({ PUBLIC_URL: 'https://mcp.example.com' })).stop();
    expect(warnings()).toEqual([expect.objectContaining({ level: 'warn' })]);
  });

  it('can be given up at any moment, and leaves port, folder and database free', async () => {
    await (await start()).stop();
    for (const milliseconds of [0, 5, 20, 100, 200, 300, 400]) {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error('no longer wanted')), milliseconds);
      const outcome = await start({}, abort.signal).then(
        (service) => service.stop(),
        (error: Error) => error.message,
      );
      expect([undefined, 'no longer wanted']).toContain(outcome);
      lockDataFolder(dataDir).release();
    }
    await (await start()).stop();
  });
});
