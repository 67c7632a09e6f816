/** The CDK app. `cdk.json` runs it with the pinned Node, after the functions were bundled. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { readSettings, SettingsError } from './config.ts';
import { BundleMissingError } from './constructs/bundled-code.ts';
import { createPlatform } from './platform.ts';

const functionBundles = fileURLToPath(new URL('../dist/functions', import.meta.url));

const app = new App();
try {
  const settings = readSettings(app.node.getAllContext());
  if (!existsSync(functionBundles))
    throw new SettingsError('The functions are not bundled: run `node scripts/build-functions.ts`.');
  createPlatform(app, { settings, functionBundles });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof BundleMissingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
