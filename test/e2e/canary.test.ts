import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { hashBearerToken } from '../../core/bearer-token.ts';
import { startEmbeddedPostgres } from '../../selfhost/postgres/embedded-postgres.ts';
import { mcpClients } from './mcp-clients.ts';
import { descendants, visibleText } from './process-tree.ts';
import { RestClient } from './rest-client.ts';
import { startService } from './start-service.ts';

/** Every file below a folder with its bytes read as Latin-1, so that text inside binary files is found too. */
async function* files(folder: string): AsyncGenerator<{ path: string; text: string }> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield { path, text: await readFile(path, 'latin1') };
  }
}

/** Every value of every column of every table, as text, by table. */
async function databaseText(dataDir: string): Promise<Map<string, string>> {
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  const client = new pg.Client(server.connection);
  await client.connect();
  const tables = await client.query(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const dump = new Map<string, string>();
  for (const { table_name: table } of tables.rows) {
    const rows = await client.query(`select row_to_json(t)::text as row from "${table}" t`);
    dump.set(table, rows.rows.map(({ row }) => row).join('\n'));
  }
  await client.end();
  await server.stop();
  return dump;
}

it('a planted key, token and password are found in no log, column, file, answer or process listing', async () => {
  const apiKey = `demo-canary-${crypto.randomUUID()}`;
  const rotatedKey = `demo-canary-${crypto.randomUUID()}`;
  const refusedKey = `refused-canary-${crypto.randomUUID()}`;
  const password = `canary password ${crypto.randomUUID()}`;
  const answers: string[] = [];

  const service = await startService();
  const keepDataDir = service.dataDir;
  const rest = new RestClient(service.url);
  const request = rest.request.bind(rest);
  rest.request = async (...parameters) => {
    const answer = await request(...parameters);
    answers.push(JSON.stringify([...answer.headers]), JSON.stringify(answer.body));
    return answer;
  };

  const signUp = await rest.post('/v1/auth/sign-up', { email: 'canary@example.com', password });
  rest.accessToken = signUp.body.accessToken;
  const refreshToken = /refresh_token=([^;]+)/.exec(signUp.headers.get('set-cookie') ?? '')?.[1] ?? '';
  expect(refreshToken.length).toBeGreaterThan(20);
  const key = await rest.post('/v1/keys', { label: 'Canary', apiKey }, { 'idempotency-key': 'canary-key' });
  await rest.post('/v1/keys', { label: 'Refused', apiKey: refusedKey });
  const instance = await rest.post('/v1/instances', { name: 'Canary', keyId: key.body.id });
  await rest.waitForStatus(instance.body.id, 'running');
  answers.length = 0; // The token itself is answered exactly once, by the next request.
  const created = await rest.post(
    `/v1/instances/${instance.body.id}/tokens`,
    { label: 'Canary' },
    { 'idempotency-key': 'canary-token' },
  );
  const token: string = created.body.token;
  expect(token).toMatch(/^slmcp_/);
  answers.length = 0;

  const base = `${service.url}/i/${instance.body.id}`;
  for (const connect of Object.values(mcpClients)) {
    const client = await connect(base, token);
    answers.push(JSON.stringify(await client.listTools()));
    for (const name of ['campaigns_get_all', 'email_accounts_get_all', 'clients_get_all']) {
      answers.push(JSON.stringify(await client.callTool({ name, arguments: {} })));
    }
    answers.push(JSON.stringify(await client.callTool({ name: 'campaigns_get_by_id', arguments: { campaign_id: apiKey } })));
    await client.close();
  }
  await fetch(`${base}/sse?token=${token}`);
  await fetch(`${base}/mcp`, { method: 'POST', headers: { authorization: `Bearer ${token}x` }, body: '{' });
  await rest.post(`/v1/keys/${key.body.id}/rotate`, { apiKey: rotatedKey });
  await rest.waitForStatus(instance.body.id, 'running');
  for (const path of [
    '/v1/keys',
    '/v1/instances',
    '/v1/audit?limit=100',
    '/v1/usage',
    '/v1/admin/instances',
    '/metrics',
    '/v1/openapi.json',
  ]) {
    await rest.get(path);
  }
  for (const path of ['', '/tokens', '/connections', '/logs', '/events'])
    await rest.get(`/v1/instances/${instance.body.id}${path}`);

  const processes = [service.process.pid ?? -1, ...descendants(service.process.pid ?? -1)].map(visibleText).join('\n');
  expect(processes).toContain('serve');
  service.process.kill('SIGTERM');
  await expect.poll(() => service.process.exitCode, { timeout: 40_000 }).toBe(0);

  const sinks = new Map<string, string>([
    ['answers', answers.join('\n')],
    ['process listing', processes],
    ['standard output and error', service.output()],
    ...[...(await databaseText(keepDataDir))].map(([table, text]): [string, string] => [`table ${table}`, text]),
  ]);
  for await (const { path, text } of files(keepDataDir)) sinks.set(path.slice(keepDataDir.length), text);
  await rm(keepDataDir, { recursive: true });

  // The search itself must be able to find something: the token's hash lies in the database, and the label in the audit.
  expect(sinks.get('table instance_tokens')).toContain(hashBearerToken(token));
  const planted = { apiKey, rotatedKey, refusedKey, password, refreshToken, token };
  const found: string[] = [];
  for (const [sink, text] of sinks) {
    for (const [name, secret] of Object.entries(planted)) {
      for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)]) {
        // What the customer sends as an argument is answered to the customer alone.
        if (text.includes(form)) found.push(`${name} in ${sink}`);
      }
    }
  }
  expect([...new Set(found)]).toEqual([]);
}, 120_000);
