import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from '../built-instance.ts';
import { rawRequest } from '../raw-http.ts';
import { authorization, token } from '../start-instance.ts';
import { modernHttp, modernRequest, readAnswer } from './modern-request.ts';

let built: BuiltInstance;
const running: RunningProcess[] = [];
beforeAll(async () => {
  built = await buildForTest();
});
afterAll(async () => {
  for (const { process } of running) process.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  await built.remove();
});

async function serve(): Promise<string> {
  const instance = runBuilt(built.folder, ['serve', '--port', '0'], { SMARTLEAD_API_KEY: 'demo-key', MCP_TOKEN: token });
  running.push(instance);
  const [, port] = await instance.waitFor(/"port":(\d+)/);
  return `http://127.0.0.1:${port}/mcp`;
}

describe('the built instance', () => {
  it('serves 2026-07-28 on stdio, with nothing but messages on its output', async () => {
    const instance = runBuilt(built.folder, ['stdio', '--log-level', 'debug'], { SMARTLEAD_API_KEY: 'demo-key' });
    running.push(instance);
    for (const method of ['server/discover', 'tools/list'])
      instance.process.stdin.write(`${modernHttp(method, {}, { id: method }).body}\n`);
    instance.process.stdin.end();
    expect(await instance.ended).toBe(0);
    const answers = instance
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id, result }) => [id, result.resultType])).toEqual([
      ['server/discover', 'complete'],
      ['tools/list', 'complete'],
    ]);
  });

  it('loads the SDK of 2026-07-28 when it is needed, which is not for listing and calling tools', async () => {
    const url = await serve();
    expect((await modernRequest(url, 'server/discover', {}, { headers: authorization })).result.supportedVersions).toEqual([
      '2026-07-28',
    ]);
    for (const file of await readdir(built.folder)) if (file.startsWith('modern-sdk')) await rm(join(built.folder, file));
    const without = await serve();
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'older', version: '1' } },
    };
    const headers = { ...authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const older = readAnswer(await rawRequest(without, { method: 'POST', headers, body: JSON.stringify(initialize) }));
    expect(older.result.protocolVersion).toBe('2025-11-25');
    expect((await modernRequest(without, 'tools/list', {}, { headers: authorization })).result.tools).not.toEqual([]);
    const call = { name: 'campaigns_get_by_id', arguments: {} };
    const answer = await modernRequest(without, 'tools/call', call, { headers: authorization });
    expect(answer.result.structuredContent).toMatchObject({ code: 'invalid_arguments' });
    expect((await modernRequest(without, 'server/discover', {}, { headers: authorization })).status).toBe(500);
  });
});
