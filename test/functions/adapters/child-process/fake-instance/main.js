/**
 * Keeps the contract of an instance process with as little as possible, and breaks it as its id says: `ins_silent_1` never
 * listens, `ins_stubborn_1` ignores SIGTERM, and so on. `ins_plain_1` behaves.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const log = (level, message, more = {}) =>
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`);

// Whoever reads the log may be gone first.
process.stderr.on('error', () => {});

const configuration = JSON.parse(await firstLine());
const behaviour = configuration.instanceId.split('_')[1];

if (behaviour === 'immortal') process.stdin.destroy();
else process.stdin.on('end', () => process.exit(0)).resume();
if (behaviour === 'immortal' || behaviour === 'stubborn') process.on('SIGTERM', () => log('warn', 'SIGTERM ignored'));
else process.on('SIGTERM', () => process.exit(0));

const behaviours = {
  exits() {
    process.stderr.write(`cannot start with ${configuration.smartleadApiKey}\n`);
    process.exit(3);
  },
  silent() {
    process.stderr.write('I say nothing more\n');
    setInterval(() => {}, 1000);
  },
  garbage() {
    process.stdout.write('this is not the line you wait for\n{"event":"listening"}\n');
    process.stderr.write(Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x0a]));
    process.stderr.write(`${'x'.repeat(100_000)}\n`);
    log('info', `Łódź 🚀 ${'ü'.repeat(2000)}`);
    listen();
  },
  leaky() {
    log('info', `GET https://server.smartlead.ai/api/v1/campaigns?api_key=${encodeURIComponent(configuration.smartleadApiKey)}`);
    log('warn', `key ${configuration.smartleadApiKey} token ${configuration.accessToken}`);
    process.stderr.write(`Error: ${configuration.smartleadApiKey}\n    at somewhere\n`);
    listen();
  },
  broken() {
    listen();
    setTimeout(() => {
      throw new Error('a bug');
    }, 100);
  },
  hungry() {
    listen();
    const eaten = [];
    setTimeout(() => {
      for (;;) eaten.push({ eaten: eaten.length });
    }, 50);
  },
};
(behaviours[behaviour] ?? listen)();

function listen() {
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${configuration.accessToken}`) {
      response.writeHead(401).end();
      return;
    }
    if (request.method === 'DELETE') {
      log('info', 'session closed');
      response.writeHead(204).end();
      return;
    }
    const result = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: `fake-${process.pid}`, version: '1.0.0' },
    };
    const sessionId = request.headers['x-session-id'] ?? request.headers['mcp-session-id'] ?? 'session-1';
    response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': sessionId });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ event: 'listening', port: server.address().port })}\n`);
    log('info', 'ready');
  });
}

function firstLine() {
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      lines.close();
      resolve(line);
    });
  });
}
