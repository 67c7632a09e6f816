import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiResources } from '../../functions/api/resources.ts';
import { eventFunctionAccess } from '../../infra/function-access.ts';
import { buildFunctions, bundleLimit, type FunctionBundle } from '../../scripts/build-functions.ts';
import { declaredBundles } from './synthesized-stage.ts';

const run = promisify(execFile);

let folder: string;
let bundles: FunctionBundle[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'function-bundles-'));
  bundles = await buildFunctions({ outdir: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the bundles of the functions', () => {
  it('are those that the stacks ask for, and no others', () => {
    expect(bundles.map(({ name }) => name)).toEqual([...declaredBundles].sort());
    expect(declaredBundles).toEqual(
      expect.arrayContaining(apiResources.map(({ name }) => name).filter((name) => name !== 'auth')),
    );
    expect(declaredBundles.filter((name) => name.startsWith('lifecycle-'))).toHaveLength(13);
  });

  it('weigh 500 KB at most, as they lie in their folders', async () => {
    expect(bundleLimit).toBe(500_000);
    for (const { name, bytes } of bundles) {
      const { size } = await stat(join(folder, name, 'index.mjs'));
      expect({ name, size }).toEqual({ name, size: bytes });
      expect({ name, fits: size <= 500_000 }).toEqual({ name, fits: true });
    }
  });

  it('hold no source of another resource or task', () => {
    const entries = bundles.map(({ entry }) => entry);
    const isOfEvents = (name: string): boolean => Object.hasOwn(eventFunctionAccess, name);
    const ownSource = (name: string): string =>
      name.startsWith('lifecycle-') ? `instance-manager/tasks/${name.slice('lifecycle-'.length)}.ts` : `api/${name}.ts`;
    for (const { name, entry, sources } of bundles) {
      const foreign = bundles
        .filter((other) => other.name !== name && !isOfEvents(other.name))
        .map((other) => `functions/${ownSource(other.name)}`);
      // The OpenAPI document describes all resources, so their route tables are in it by design.
      const others = name === 'openapi' ? [] : sources.filter((source) => foreign.includes(source));
      expect({ name, others }).toEqual({ name, others: [] });
      expect({ name, entries: sources.filter((source) => entries.includes(source)) }).toEqual({ name, entries: [entry] });
      if (!isOfEvents(name)) expect(sources).toContain(`functions/${ownSource(name)}`);
    }
  });

  it('hold nothing of the self-hosted platform: no database driver, no process launcher, no native code', () => {
    const unwanted =
      /^(selfhost|container|frontend|infra|test)\/|adapters\/(postgres|child-process)|node_modules\/(pg|kysely|express|@node-rs)/;
    for (const { name, sources } of bundles) {
      expect({ name, unwanted: sources.filter((source) => unwanted.test(source)) }).toEqual({ name, unwanted: [] });
    }
  });

  it('refuse to be built where one is too heavy', async () => {
    await expect(buildFunctions({ outdir: join(folder, 'refused'), limit: 1_000 })).rejects.toThrow(
      /^the bundle [\w-]+ has \d+ bytes; at most 1000 are allowed$/,
    );
    await expect(stat(join(folder, 'refused'))).rejects.toThrow('ENOENT');
  });
});

describe('a bundle, run as Lambda runs it', () => {
  const environment = { SERVICE_VERSION: '1.2.3', SIGN_UPS: 'open', PUBLIC_URL: 'https://mcp.example.com' };

  /** Calls a handler in a process of its own, far from node_modules, with the environment it would have on AWS. */
  async function invoke(bundle: string, event: object, variables: Record<string, string> = environment) {
    const script = `
      const { handler } = await import(${JSON.stringify(join(folder, bundle, 'index.mjs'))});
      const answer = await handler(JSON.parse(process.argv[1]), { awsRequestId: 'request-1' });
      process.stdout.write('\\nanswer: ' + JSON.stringify(answer));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, JSON.stringify(event)], {
      cwd: tmpdir(),
      env: variables,
    });
    const answer = JSON.parse(stdout.slice(stdout.lastIndexOf('\nanswer: ') + '\nanswer: '.length));
    return { status: answer.statusCode, type: answer.headers['content-type'], body: JSON.parse(answer.body) };
  }

  const request = (method: string, path: string, claims?: Record<string, string>) => ({
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      http: { method, path, sourceIp: '192.0.2.1', protocol: 'HTTP/1.1', userAgent: 'test' },
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims } } }),
    },
  });

  it('answers where nothing is missing', async () => {
    const { status, body } = await invoke('openapi', request('GET', '/v1/openapi.json'));
    expect({ status, openapi: body.openapi }).toEqual({ status: 200, openapi: expect.stringMatching(/^3\.1/) });
  });

  it('says 503 and which part is missing on AWS', async () => {
    const { status, type, body } = await invoke('installation', request('GET', '/v1/installation'));
    expect({ status, type }).toEqual({ status: 503, type: expect.stringContaining('application/problem+json') });
    expect(body).toMatchObject({
      type: 'urn:smartlead-mcp:problem:not-available',
      detail: 'On AWS, the store of accounts is not deployed yet.',
    });
  });

  it('knows a caller by the claims that API Gateway checked, and nobody without', async () => {
    const signedOut = await invoke('keys', request('GET', '/v1/keys'));
    expect({ status: signedOut.status, type: signedOut.body.type }).toEqual({
      status: 401,
      type: 'urn:smartlead-mcp:problem:not-signed-in',
    });
    const signedIn = await invoke('keys', request('GET', '/v1/keys', { sub: 'a-cognito-user' }));
    expect({ status: signedIn.status, detail: signedIn.body.detail }).toEqual({
      status: 503,
      detail: 'On AWS, the store of accounts is not deployed yet.',
    });
  });

  it('does not start where its environment is incomplete, and names what is missing', async () => {
    const failure = await invoke('me', request('GET', '/v1/me'), { SIGN_UPS: 'open', PUBLIC_URL: 'ftp://mcp' }).catch(String);
    expect(failure).toMatch(/not as it was deployed: SERVICE_VERSION \(.+\); PUBLIC_URL \(.+\)\./);
    expect(failure).not.toContain('ftp://mcp)');
  });

  it('of a task fails with an error that the state machine knows', async () => {
    const state = { instanceId: 'ins_1', operation: 'start', operationId: 'op_1', recovery: false };
    await expect(invoke('lifecycle-begin-operation', state, {})).rejects.toThrow('DependencyUnavailable');
  });
});
