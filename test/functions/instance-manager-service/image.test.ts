import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managerEnvironmentSchema } from '../../../functions/composition/aws-environment.ts';
import { buildManager } from '../../../scripts/build-manager.ts';
import { startEmptyAws } from '../../container/empty-aws.ts';
import { danglingImages, docker, whyNoDocker } from '../../container/instance/docker.ts';
import { type BaseImage, prepareBaseImage } from '../../container/instance/node-base-image.ts';
import { stop } from '../../container/router/fixture.ts';
import { freePort } from '../../free-port.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = `${root}/functions/instance-manager-service/Dockerfile`;
const dockerfile = readFileSync(file, 'utf8');
const entrypoint: string[] = JSON.parse(/ENTRYPOINT (\[[^\]]*\])/.exec(dockerfile)?.[1]?.replaceAll('\\\n', '') ?? '');
const whyNot = await whyNoDocker();
const secret = 'canary-secret-of-the-data-plane-0123456789';

/** As the task definition has it, with an AWS of the test. */
const environment = (awsUrl: string): Record<string, string> => ({
  ...{ STAGE: 'test', TABLE_NAME: 'platform', PUBLIC_URL: 'https://mcp.example.com', DATA_PLANE_SECRET: secret },
  ...{ SERVICE_VERSION: '1.2.3', SECRET_NAME_PREFIX: 'keys/', WARM_POOL_SIZE: '0', REDIS_URL: 'redis://127.0.0.1:1' },
  ...{ CLUSTER: 'instances', TASK_FAMILY_PREFIX: 'instances', INSTANCE_IMAGE: `registry.test/assets:${'ab12'.repeat(16)}` },
  ...{ INSTANCE_SUBNETS: 'subnet-1', INSTANCE_SECURITY_GROUPS: 'sg-1', INSTANCE_LOG_GROUP: 'instances' },
  ...{ INSTANCE_EXECUTION_ROLE_ARN: 'arn:aws:iam::1:role/start', INSTANCE_TASK_ROLE_ARN: 'arn:aws:iam::1:role/nothing' },
  ...{ SECRETS_KEY_ARN: 'arn:aws:kms:1', POOL_SECRET_ARN: 'arn:aws:secretsmanager:1', LIFECYCLE_ARN: 'arn:aws:states:1' },
  ...{ MANAGER_QUEUE_URL: `${awsUrl}/1/manager`, AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: awsUrl },
});

/** What the health endpoint says of this process; `undefined` while nobody answers. */
async function roleAt(port: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
  return ((await answer?.json()) as { role?: unknown } | undefined)?.role;
}

it('the image installs every package that the bundle is made of', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['functions/instance-manager-service/main.ts'],
    ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' },
  });
  const packages = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !path.startsWith('node:') && !builtinModules.includes(path))
    .map(({ path }) => (path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/', 1)[0] as string)));
  expect(packages).toContain('@aws-sdk/client-ecs');
  for (const name of new Set(packages)) expect(dockerfile).toContain(`"${name}"`);
});

describe('the bundle, with the flags of the image and allowed to read its own folder alone', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manager-bundle-'));
    await buildManager({ outdir: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function run(variables: Record<string, string>) {
    const [, ...flags] = entrypoint.map((word) => word.replace('/app', folder));
    const manager = spawn(process.execPath, flags, { env: variables, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    for (const stream of [manager.stdout, manager.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
    return { manager, ended: once(manager, 'close'), output: () => output.join('') };
  }

  it('works, by the credentials of its task, and ends in order', async () => {
    const aws = await startEmptyAws();
    const PORT = String(await freePort());
    const task = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.address}/credentials`, HOME: root, PORT };
    const { manager, ended, output } = run({ ...environment(aws.address), ...task });
    try {
      await expect.poll(() => roleAt(PORT), { timeout: 20_000 }).toBe('active');
      expect([...aws.signedBy]).toEqual(['OFTHETASK']);
      manager.kill('SIGTERM');
      const [code] = await ended;
      expect({ code, output: output() }).toMatchObject({ code: 0 });
      expect(output()).not.toContain(secret);
      expect(output()).not.toMatch(/ERR_ACCESS_DENIED/);
    } finally {
      manager.kill('SIGKILL');
      await stop(aws.server);
    }
  }, 60_000);

  it('names every variable that is missing', async () => {
    const { ended, output } = run({});
    expect((await ended)[0]).toBe(1);
    const { message, details } = JSON.parse(output()) as { message: string; details: { message: string } };
    expect(message).toBe('The manager cannot go on.');
    const required = Object.entries(managerEnvironmentSchema.shape).filter(([, schema]) => !schema.safeParse(undefined).success);
    expect(required.length).toBeGreaterThan(10);
    for (const [name] of required) expect(details.message).toContain(`${name} `);
  }, 30_000);
});

describe.skipIf(whyNot !== undefined)(`the image of the manager${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
  const image = `smartlead-mcp-manager-test:${process.pid}`;
  const hardened = ['--read-only', '--memory', '512m', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--init'];
  let base: BaseImage | undefined;
  let danglingBefore: Set<string>;

  beforeAll(async () => {
    danglingBefore = await danglingImages();
    base = await prepareBaseImage();
    await docker('build', '--quiet', '--force-rm', '--network', 'host', '--file', file, '--tag', image, root);
  }, 300_000);
  afterAll(async () => {
    await docker('image', 'rm', '--force', image).catch(() => undefined);
    for (const id of await danglingImages()) {
      if (!danglingBefore.has(id)) await docker('image', 'rm', '--force', id).catch(() => undefined);
    }
    await base?.remove();
  }, 60_000);

  it('runs as nobody special, without a shell and a secret of its own', async () => {
    const { User, Entrypoint, Healthcheck, Env } = JSON.parse(
      await docker('image', 'inspect', '--format', '{{json .Config}}', image),
    );
    expect(User).toBe('1000:1000');
    expect(Entrypoint).toEqual(entrypoint);
    expect(Healthcheck.Test[0]).toBe('CMD');
    expect(JSON.stringify(Env)).not.toMatch(/SECRET|KEY|TOKEN/);
  });

  it('works and is healthy: read-only, without capabilities, in as little memory as stage dev gives; and stops in order', async () => {
    const aws = await startEmptyAws();
    const PORT = String(await freePort());
    const own = { AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up', PORT };
    const variables = Object.entries({ ...environment(aws.address), ...own }).flatMap((pair) => ['--env', pair.join('=')]);
    const id = await docker('run', '--detach', '--network', 'host', '--health-interval', '1s', ...hardened, ...variables, image);
    try {
      await expect.poll(() => roleAt(PORT), { timeout: 20_000 }).toBe('active');
      await expect.poll(() => docker('inspect', '--format', '{{.State.Health.Status}}', id), { timeout: 20_000 }).toBe('healthy');
      await docker('stop', '--time', '30', id);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
      expect(await docker('logs', id)).not.toContain(secret);
    } finally {
      await docker('rm', '--force', id);
      await stop(aws.server);
    }
  }, 90_000);
});
