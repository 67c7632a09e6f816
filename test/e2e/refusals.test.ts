import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the service where it must refuse, and answers how it ended. */
function startRefused(environment: Record<string, string>, commandLine: string[] = []) {
  const result = spawnSync(process.execPath, [join(root, 'dist/service/main.js'), 'start', ...commandLine], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { exitCode: result.status, lines: (result.stdout + result.stderr).trim().split('\n') };
}

describe('the service refuses', { timeout: 90_000 }, () => {
  let service: RunningService;
  let rest: RestClient;
  let stranger: RestClient;
  let owned: Awaited<ReturnType<RestClient['createRunningInstance']>>;

  beforeAll(async () => {
    service = await startService();
    rest = new RestClient(service.url);
    await rest.signUp();
    owned = await rest.createRunningInstance();
    stranger = new RestClient(service.url);
    await stranger.signUp();
  });
  afterAll(() => service.stop());

  const expectProblem = (answer: { status: number; headers: Headers; body: unknown }, status: number, type: string) => {
    expect({ status: answer.status, contentType: answer.headers.get('content-type'), body: answer.body }).toMatchObject({
      status,
      contentType: expect.stringMatching(/^application\/problem\+json/),
      body: { type: `urn:smartlead-mcp:problem:${type}`, title: expect.any(String), status },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(/);
  };

  it('malformed JSON', async () => expectProblem(await rest.post('/v1/keys', '{"label":'), 400, 'malformed-json'));

  it('unknown fields, wrong types and control characters, naming each field', async () => {
    const answer = await rest.post('/v1/keys', { label: 'bell\u0007', apiKey: 7, extra: true });
    expectProblem(answer, 400, 'invalid-input');
    expect(answer.body.errors.map((error: { path: string }) => error.path).sort()).toEqual(['apiKey', 'extra', 'label']);
  });

  it('a body over 1 MB, and far over', async () => {
    expectProblem(await rest.post('/v1/keys', { label: 'x'.repeat(1_100_000), apiKey: 'demo-1' }), 413, 'body-too-large');
    expectProblem(await rest.post('/v1/keys', { label: 'x'.repeat(5_000_000), apiKey: 'demo-1' }), 413, 'body-too-large');
  });

  it('a body over 4 MB at the MCP door', async () => {
    const response = await fetch(owned.instance.urls.mcp, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owned.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { padding: 'x'.repeat(4_300_000) } }),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      error: { code: expect.any(Number), message: expect.any(String) },
    });
  });

  it('requests without a token, with a tampered one, and with a foreign one', async () => {
    expectProblem(await new RestClient(service.url).get('/v1/me'), 401, 'not-signed-in');
    expectProblem(await new RestClient(service.url, `${rest.accessToken?.slice(0, -4)}AAAA`).get('/v1/me'), 401, 'not-signed-in');
    const post = (token?: string) =>
      fetch(owned.instance.urls.mcp, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      });
    expect((await post()).status).toBe(401);
    expect((await post('nonsense')).status).toBe(401);
    expect((await post(rest.accessToken)).status).toBe(401);
    const foreign = await stranger.createRunningInstance();
    expect((await post(foreign.token)).status).toBe(404);
  });

  it("another workspace's ids, as if they did not exist", async () => {
    const { id } = owned.instance;
    for (const path of [
      `/v1/instances/${id}`,
      `/v1/instances/${id}/tokens`,
      `/v1/instances/${id}/logs`,
      `/v1/instances/${id}/connections`,
    ]) {
      expectProblem(await stranger.get(path), 404, 'not-found');
    }
    expectProblem(await stranger.post(`/v1/instances/${id}/stop`), 404, 'not-found');
    expectProblem(await stranger.delete(`/v1/instances/${id}`), 404, 'not-found');
    expectProblem(await stranger.delete(`/v1/keys/${owned.keyId}`), 404, 'not-found');
    expectProblem(await stranger.post('/v1/instances', { name: 'Foreign key', keyId: owned.keyId }), 404, 'not-found');
    expect((await rest.get(`/v1/instances/${id}`)).body.status).toBe('running');
  });

  it('operator pages to others', async () => expectProblem(await stranger.get('/v1/admin/instances'), 403, 'not-allowed'));

  it('paths that do not exist, and methods', async () => {
    expectProblem(await rest.get('/v1/nothing'), 404, 'not-found');
    expectProblem(await rest.request('PATCH', '/v1/keys', {}), 405, 'method-not-allowed');
  });

  it('a second start on the port, with one line', () => {
    const port = new URL(service.url).port;
    const { exitCode, lines } = startRefused({ PORT: port, DATA_DIR: join(tmpdir(), 'unused-data') });
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [expect.stringContaining(`port ${port} is in use`)] });
  });

  it('a second start on the data folder, with one line', () => {
    const { exitCode, lines } = startRefused({ PORT: '0', DATA_DIR: service.dataDir }, ['--demo']);
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [expect.stringMatching(/data folder.* in use/i)] });
  });

  it('a setting that makes no sense, with one line', () => {
    expect(startRefused({ PORT: 'eighty' })).toEqual({ exitCode: 1, lines: [expect.stringContaining('PORT')] });
    expect(startRefused({}, ['--wat'])).toEqual({ exitCode: 1, lines: [expect.stringContaining('--wat')] });
  });

  it('an unreadable master key, and touches nothing', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'master-key-'));
    await writeFile(join(dataDir, 'master.key'), 'too short');
    await chmod(join(dataDir, 'master.key'), 0o600);
    const { exitCode, lines } = startRefused({ PORT: '0', DATA_DIR: dataDir });
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [expect.stringMatching(/master key/i)] });
    expect(await readdir(dataDir)).toEqual(['master.key']);
    await rm(dataDir, { recursive: true });
  });

  it('a master key that is not the one of this data, and keeps the data', async () => {
    const first = await startService({ dataDir: await mkdtemp(join(tmpdir(), 'other-key-')) });
    await first.stop();
    const { exitCode, lines } = startRefused({
      PORT: '0',
      DATA_DIR: first.dataDir,
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [expect.stringMatching(/master key/i)] });
    const second = await startService({ dataDir: first.dataDir });
    await second.stop();
    await rm(first.dataDir, { recursive: true });
  });

  it('nothing when its parent tells it to stop while it starts', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'early-stop-'));
    const child = spawn(process.execPath, [join(root, 'dist/service/main.js'), 'start'], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: dataDir },
      stdio: 'ignore',
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', (exitCode, signal) => resolve(exitCode ?? signal)));
    // Before its first line ran, nothing can answer the signal.
    expect([0, 'SIGTERM']).toContain(code);
    const after = await startService({ dataDir, arguments: [] });
    await after.stop();
    await rm(dataDir, { recursive: true });
  });
});
