import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { emulatedAccount } from '../emulators/ministack.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../../node_modules/aws-cdk/bin/cdk', import.meta.url));

export const emulatedRegion = 'us-east-1';

/** Of the account's owner, as MiniStack knows them: it takes the number of the account for a key. */
export const ownerCredentials = { accessKeyId: emulatedAccount, secretAccessKey: 'test' };

/** The toolkit's commands, each for an assembly: a folder that it takes as its application. */
export interface Toolkit {
  /** As `cdk bootstrap`: what the toolkit itself needs in the account. */
  bootstrap(assembly: string): Promise<void>;
  /** As `cdk deploy --all`. Rejects with what the toolkit said last. */
  deploy(assembly: string): Promise<void>;
  /** As `cdk destroy --all`. */
  destroy(assembly: string): Promise<void>;
}

/**
 * The toolkit's own command line, pointed at an emulator. Images of containers are not published: there is no Docker here, so its place
 * is taken by a program that does nothing and is content.
 * @param folder For its files.
 */
export async function toolkitAt(endpoint: string, folder: string): Promise<Toolkit> {
  const home = join(folder, 'toolkit');
  await mkdir(home, { recursive: true });
  const call = async (assembly: string, ...parameters: string[]): Promise<void> => {
    try {
      await run(process.execPath, [program, ...parameters, '--app', assembly, '--ci', '--no-color', '--no-notices'], {
        // Away from cdk.json, whose application would be built first.
        cwd: home,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: home,
          CDK_DOCKER: 'true',
          CDK_DISABLE_CLI_TELEMETRY: 'true',
          AWS_ENDPOINT_URL: endpoint,
          AWS_REGION: emulatedRegion,
          AWS_ACCESS_KEY_ID: ownerCredentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: ownerCredentials.secretAccessKey,
          AWS_EC2_METADATA_DISABLED: 'true',
        },
      });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => /fail|error|❌|denied|refused/i.test(line));
      throw new Error(`cdk ${parameters[0]} failed:\n${lines.slice(-20).join('\n')}`);
    }
  };
  return {
    bootstrap: (assembly) => call(assembly, 'bootstrap', `aws://${emulatedAccount}/${emulatedRegion}`),
    deploy: (assembly) => call(assembly, 'deploy', '--all', '--require-approval', 'never', '--progress', 'events'),
    destroy: (assembly) => call(assembly, 'destroy', '--all', '--force'),
  };
}
