import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Stands for the whole internet: whoever wants to go out has to come by here, and is written down and turned away. */
const outside = createServer((request, response) => {
  callers.push(`${request.method} ${request.url}`);
  response.writeHead(502).end();
}).on('connect', (request, socket) => {
  callers.push(`CONNECT ${request.url}`);
  socket.destroy();
});
const callers: string[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdk-synth-'));
  outside.listen(0, '127.0.0.1');
  await once(outside, 'listening');
});
afterAll(async () => {
  outside.close();
  await rm(folder, { recursive: true, force: true });
});

/** In place of the build that `cdk.json` asks for before every synthesis: once is enough for all of them. */
const builtAlready = ['--build', `${process.execPath} --version`];
let isBuilt = false;

/** Runs the toolkit as `npx cdk synth --all` does, on a machine without AWS credentials, Docker and network. */
async function synthesize(output: string, ...more: string[]) {
  const build = isBuilt ? builtAlready : [];
  isBuilt = true;
  const proxy = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  const env = {
    PATH: dirname(process.execPath),
    HOME: folder,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NODE_USE_ENV_PROXY: '1',
  };
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const parameters = [cdk, 'synth', '--all', '--quiet', '--output', join(folder, output), ...build, ...more];
  return run(process.execPath, parameters, { cwd: root, env });
}

const allParts = [
  'api',
  'auth',
  'billing',
  'cache',
  'dashboard',
  'data',
  'data-plane',
  'edge',
  'frontend',
  'manager',
  'messages',
  'network',
  'observability',
  'overview',
  'secrets',
  'workflow',
];
const inADomain = ['-c', 'domainName=smartlead.example.com', '-c', 'hostedZoneId=Z0123456789ABCDEFGHIJ'];

describe('cdk synth --all, offline and without Docker', () => {
  it.each([
    ['dev', 'without a domain', []],
    ['prod', 'without a domain', ['-c', 'stage=prod']],
    ['dev', 'in a domain', inADomain],
    ['prod', 'in a domain far from us-east-1', ['-c', 'stage=prod', '-c', 'region=eu-central-1', ...inADomain]],
  ])('makes all stacks of %s %s', { timeout: 300_000 }, async (stage, domain, options) => {
    const output = `${stage} ${domain}`;
    const { stderr } = await synthesize(output, ...options);
    const templates = (await readdir(join(folder, output))).filter((file) => file.endsWith('.template.json'));
    expect(templates.sort()).toEqual(allParts.map((part) => `smartlead-mcp-${stage}-${part}.template.json`).sort());
    // Nothing was left to be looked up in an account, and every template passed the toolkit's own rules.
    expect(JSON.parse(await readFile(join(folder, output, 'manifest.json'), 'utf8'))).not.toHaveProperty('missing');
    expect(stderr).not.toMatch(/warning|error/i);
    expect(callers).toEqual([]);
  });

  it('refuses settings that cannot be used, in words and without a stack trace', { timeout: 240_000 }, async () => {
    const failure = await synthesize('refused', '-c', 'stage=prod', '-c', 'databaseMultiAz=false').catch((error) => error);
    expect(failure.code).not.toBe(0);
    expect(failure.stderr).toContain('The settings of stage "prod" cannot be used:\n- databaseMultiAz: must be true in prod');
    expect(failure.stderr).not.toMatch(/^\s+at /m);
  });
});
