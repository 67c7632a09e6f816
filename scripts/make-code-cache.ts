/**
 * Makes the V8 code caches of a built instance: `node scripts/make-code-cache.ts <folder>`. The server is started and used once,
 * against a Smartlead that is a server of this script, so that the caches also hold the functions that V8 compiles when they first run.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Script } from 'node:vm';
import type * as bundle from '../container/instance/bundle.ts';
import { codeCacheFile, loadBundle } from '../container/instance/load-bundle.ts';

const folder = resolve(process.argv[2] ?? 'dist/instance');
const headers = {
  authorization: 'Bearer build-only',
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

/** What a client of revision 2026-07-28 does; the older ones are in the rehearsal. */
const modernMessages = [
  { method: 'server/discover' },
  { method: 'tools/list' },
  { method: 'tools/call', name: 'campaigns_get_all' },
];

const scripts = new Map<string, Script>();
await exerciseInstance(loadBundle<typeof bundle>(folder, 'server', scripts));
for (const [name, script] of scripts) writeFileSync(join(folder, codeCacheFile(name)), script.createCachedData());
process.exit(0);

async function exerciseInstance({ createInstance, createLog, rehearse, startServing }: typeof bundle): Promise<void> {
  await rehearse();
  const smartlead = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('[{"id":1,"name":"Example"}]');
  });
  await new Promise<void>((listening) => smartlead.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(smartlead.address() as AddressInfo).port}`;
  const log = createLog({ write: () => undefined }, 'info');
  const instance = createInstance(
    {
      smartleadApiKey: 'build-only',
      smartleadHosts: { core: base, prospect: base, delivery: base, senders: base },
      policy: { policy: 'read-only', allow: [] },
      rateLimit: 'off',
    },
    log,
  );
  const serving = await startServing(instance, { host: '127.0.0.1', port: 0, mode: 'both', token: 'build-only' }, log);
  await exerciseModernRevision(`http://127.0.0.1:${serving.port}/mcp`);
  await serving.stop(0);
  smartlead.closeAllConnections();
  smartlead.close();
}

async function exerciseModernRevision(url: string): Promise<void> {
  const protocolVersion = '2026-07-28';
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': protocolVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'build', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  for (const [id, { method, name }] of modernMessages.entries()) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'mcp-protocol-version': protocolVersion,
        'mcp-method': method,
        ...(name === undefined ? {} : { 'mcp-name': name }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id,
        method,
        params: { ...(name === undefined ? {} : { name, arguments: {} }), _meta },
      }),
    });
    if (!answer.ok) throw new Error(`the built instance answers ${answer.status} to ${method} of ${protocolVersion}`);
    await answer.text();
  }
}
