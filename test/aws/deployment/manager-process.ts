import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Deployment } from './deployment.ts';
import { managerEnvironment } from './manager-environment.ts';

const program = fileURLToPath(new URL('../../../functions/instance-manager-service/main.ts', import.meta.url));

/**
 * Runs the manager as its service would, with the environment of its deployed task definition, because there is no Docker to run it. It
 * acts for the account's owner, and there is no cache behind the emulated one, so it learns nothing of routers.
 */
export async function startManager({ client }: Deployment): Promise<{ stop(): Promise<void> }> {
  const secrets = new SecretsManagerClient(client);
  const { SecretString = '' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: 'smartlead-mcp/dev/platform/data-plane' }),
  );
  const manager = spawn(process.execPath, [program], {
    stdio: 'ignore',
    env: {
      ...(await managerEnvironment(client)),
      PATH: process.env.PATH,
      PORT: '0',
      DATA_PLANE_SECRET: SecretString,
      REDIS_URL: 'redis://127.0.0.1:1',
      AWS_ENDPOINT_URL: client.endpoint,
      AWS_REGION: client.region,
      AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: client.credentials.secretAccessKey,
    },
  });
  const kill = () => manager.kill('SIGKILL');
  process.once('exit', kill);
  return {
    async stop() {
      process.off('exit', kill);
      if (manager.exitCode !== null || manager.signalCode !== null) return;
      const ended = once(manager, 'exit');
      manager.kill();
      const force = setTimeout(kill, 10_000);
      await ended;
      clearTimeout(force);
    },
  };
}
