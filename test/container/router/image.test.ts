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
import { buildRouter } from '../../../scripts/build-router.ts';
import { freePort } from '../../free-port.ts';
import { startEmptyAws } from '../empty-aws.ts';
import { danglingImages, docker, whyNoDocker } from '../instance/docker.ts';
import { type BaseImage, prepareBaseImage } from '../instance/node-base-image.ts';
import { send, stop } from './fixture.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dockerfile = readFileSync(`${root}/container/router/Dockerfile`, 'utf8');
const entrypoint: string[] = JSON.parse(/ENTRYPOINT (\[[^\]]*\])/.exec(dockerfile)?.[1]?.replaceAll('\\\n', '') ?? '');
const whyNot = await whyNoDocker();
const secret = 'canary-secret-of-the-data-plane-0123456789';

const environment = (awsUrl: string): Record<string, string> => ({
  ...{ STAGE: 'test', TABLE_NAME: 'platform', PUBLIC_URL: 'https://mcp.example.com', DATA_PLANE_SECRET: secret },
  ...{ MANAGER_QUEUE_URL: `${awsUrl}/1/manager`, USAGE_QUEUE_URL: `${awsUrl}/1/usage`, DRAIN_SECONDS: '1' },
  ...{ AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: awsUrl },
});

it('the image installs every package that the bundle is made of', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['container/router/main.ts'],
    ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' },
  });
  const packages = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !path.startsWith('node:') && !builtinModules.includes(path))
    .map(({ path }) => (path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/', 1)[0] as string)));
  expect(packages).toContain('@aws-sdk/client-dynamodb');
  for (const name of new Set(packages)) expect(dockerfile).toContain(`"${name}"`);
});

it('the bundle runs with the flags of the image, allowed to read its own folder alone, by the credentials of its task', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'router-bundle-'));
  const aws = await startEmptyAws();
  try {
    await buildRouter({ outdir: folder });
    const [, ...flags] = entrypoint.map((word) => word.replace('/app', folder));
    const task = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.address}/credentials`, HOME: root };
    const env = { ...environment(aws.address), ...task, HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' };
    const router = spawn(process.execPath, flags, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(router, 'close');
    let output = '';
    for (const stream of [router.stdout, router.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    const port = () => /"port":(\d+)/.exec(output)?.[1];
    await expect.poll(() => port() ?? output, { timeout: 20_000 }).toMatch(/^\d+$/);
    await expect.poll(async () => (await send(`http://127.0.0.1:${port()}/readyz`)).status, { timeout: 10_000 }).toBe(200);
    expect([...aws.signedBy]).toEqual(['OFTHETASK']);
    router.kill('SIGTERM');
    const [code] = await ended;
    expect(code).toBe(0);
    expect(output).not.toContain(secret);
    expect(output).not.toMatch(/warning|"level":"(warn|error)"/i);
  } finally {
    await stop(aws.server);
    await rm(folder, { recursive: true, force: true });
  }
});

describe.skipIf(whyNot !== undefined)(`the image of the router${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
  const image = `smartlead-mcp-router-test:${process.pid}`;
  const hardened = ['--read-only', '--memory', '256m', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  let base: BaseImage | undefined;
  let danglingBefore: Set<string>;

  beforeAll(async () => {
    danglingBefore = await danglingImages();
    base = await prepareBaseImage();
    const file = `${root}/container/router/Dockerfile`;
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

  it('becomes ready and healthy: read-only, without capabilities; and stops in order', async () => {
    const aws = await startEmptyAws();
    const settings = { ...environment(aws.address), AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up' };
    const own = { HOST: '127.0.0.1', PORT: String(await freePort()), METRICS_PORT: '0' };
    const variables = Object.entries({ ...settings, ...own }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const id = await docker('run', '--detach', '--network', 'host', '--health-interval', '1s', ...hardened, ...variables, image);
    try {
      const ready = async () => (await send(`http://127.0.0.1:${own.PORT}/readyz`).catch(() => ({ status: 0 }))).status;
      await expect.poll(ready, { timeout: 20_000 }).toBe(200);
      await expect.poll(() => docker('inspect', '--format', '{{.State.Health.Status}}', id), { timeout: 20_000 }).toBe('healthy');
      await docker('stop', id);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
      expect(await docker('logs', id)).not.toContain(secret);
    } finally {
      await docker('rm', '--force', id);
      await stop(aws.server);
    }
  });
});
