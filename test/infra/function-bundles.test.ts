import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiResources } from '../../functions/api/resources.ts';
import { eventFunctionAccess } from '../../infra/function-access.ts';
import { buildFunctions, bundleLimit, type FunctionBundle } from '../../scripts/build-functions.ts';
import { declaredBundles } from './synthesized-stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let folder: string;
let bundles: FunctionBundle[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'function-bundles-'));
  bundles = await buildFunctions({ outdir: folder });
}, 240_000);
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
    const isOfEvents = (name: string): boolean => Object.hasOwn(eventFunctionAccess, name) || name === 'migrate-billing';
    const ownSource = (name: string): string => {
      if (name.startsWith('lifecycle-')) return `instance-manager/tasks/${name.slice('lifecycle-'.length)}.ts`;
      return apiResources.some((resource) => resource.name === name) ? `api/${name}.ts` : `events/${name}.ts`;
    };
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
      /^(selfhost|container|frontend|infra|test)\/|adapters\/(postgres|child-process\/launcher)|node_modules\/(pg|kysely|express|@node-rs)/;
    for (const { name, sources } of bundles.filter((bundle) => bundle.name !== 'migrate-billing')) {
      expect({ name, unwanted: sources.filter((source) => unwanted.test(source)) }).toEqual({ name, unwanted: [] });
    }
  });

  it('of migrations holds its own alone, with the database driver and the signer that Lambda does not bring along', () => {
    const sources = bundles.find(({ name }) => name === 'migrate-billing')?.sources ?? [];
    expect(sources).toContain('functions/billing/migrations/index.ts');
    expect(sources.filter((source) => /adapters\/postgres\/migrations|adapters\/dynamodb/.test(source))).toEqual([]);
    expect(sources.some((source) => source.startsWith('node_modules/@aws-sdk/rds-signer/'))).toBe(true);
    const withSdk = bundles.filter(({ sources: all }) => all.some((source) => /node_modules\/@(aws-sdk|smithy)\//.test(source)));
    expect(withSdk.map(({ name }) => name)).toEqual(['migrate-billing']);
  });

  it('refuse to be built where one is too heavy', { timeout: 240_000 }, async () => {
    await expect(buildFunctions({ outdir: join(folder, 'refused'), limit: 1_000 })).rejects.toThrow(
      /^the bundle [\w-]+ has \d+ bytes; at most 1000 are allowed$/,
    );
    await expect(stat(join(folder, 'refused'))).rejects.toThrow('ENOENT');
  });
});

describe('a bundle, run as Lambda runs it', { timeout: 120_000 }, () => {
  /** Of functions whose table and queues cannot be reached. */
  const environment = {
    ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-central-1' },
    ...{ AWS_ACCESS_KEY_ID: 'emulated', AWS_SECRET_ACCESS_KEY: 'emulated' },
    ...{ SERVICE_VERSION: '1.2.3', SIGN_UPS: 'open', PUBLIC_URL: 'https://mcp.example.com', TABLE_NAME: 'platform' },
    DATA_PLANE_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:data-plane',
    LIFECYCLE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:lifecycle',
    MANAGER_QUEUE_URL: 'http://127.0.0.1:9/123456789012/manager',
    ...{ STAGE: 'dev', SECRET_NAME_PREFIX: 'smartlead-mcp/dev/keys/' },
    SECRETS_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/1',
    ...{ CLUSTER: 'smartlead-mcp-dev', TASK_FAMILY_PREFIX: 'smartlead-mcp-dev', INSTANCE_IMAGE: 'registry/assets:ab12' },
    ...{ INSTANCE_SUBNETS: 'subnet-1', INSTANCE_SECURITY_GROUPS: 'sg-1', INSTANCE_LOG_GROUP: 'instances' },
    INSTANCE_EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/start',
    INSTANCE_TASK_ROLE_ARN: 'arn:aws:iam::123456789012:role/nothing',
    POOL_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:warm-pool',
    WARM_POOL_SIZE: '1',
  };

  // The runtime of Lambda brings these along.
  beforeAll(async () => {
    await mkdir(join(folder, 'node_modules'));
    for (const scope of ['@aws-sdk', '@smithy']) {
      await symlink(join(root, 'node_modules', scope), join(folder, 'node_modules', scope));
    }
  });

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

  const unreachable = { detail: expect.stringContaining('The database cannot be reached at the moment.') };

  it('says 503 where the table cannot be reached', async () => {
    const { status, type, body } = await invoke('installation', request('GET', '/v1/installation'));
    expect({ status, type }).toEqual({ status: 503, type: expect.stringContaining('application/problem+json') });
    expect(body).toMatchObject({ type: 'urn:smartlead-mcp:problem:not-available', ...unreachable });
  });

  it('knows a caller by the claims that API Gateway checked, and nobody without', async () => {
    const signedOut = await invoke('keys', request('GET', '/v1/keys'));
    expect({ status: signedOut.status, type: signedOut.body.type }).toEqual({
      status: 401,
      type: 'urn:smartlead-mcp:problem:not-signed-in',
    });
    const signedIn = await invoke('keys', request('GET', '/v1/keys', { sub: 'a-cognito-user', token_use: 'access' }));
    expect({ status: signedIn.status, body: signedIn.body }).toMatchObject({ status: 503, body: unreachable });
  });

  it('does not start where its environment is incomplete, and names what is missing', async () => {
    const failure = await invoke('me', request('GET', '/v1/me'), {
      ...environment,
      ...{ SERVICE_VERSION: '', PUBLIC_URL: 'ftp://mcp' },
    }).catch(String);
    expect(failure).toMatch(/not as it was deployed: SERVICE_VERSION \(.+\); PUBLIC_URL \(.+\)\./);
    expect(failure).not.toContain('ftp://mcp)');
  });

  it('of a task fails with an error that the state machine knows', async () => {
    const state = { instanceId: 'ins_1', operation: 'start', operationId: 'op_1', recovery: false };
    await expect(invoke('lifecycle-begin-operation', state)).rejects.toThrow('DependencyUnavailable');
  });
});
