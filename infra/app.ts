/** The CDK app. `cdk.json` runs it with the pinned Node, after the functions were bundled. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { readSettings, SettingsError } from './config.ts';
import { BundleMissingError } from './constructs/bundled-code.ts';
import { createPlatform } from './platform.ts';

const built = (part: string): string => fileURLToPath(new URL(`../dist/${part}`, import.meta.url));
const functionBundles = built('functions');
const dashboardFiles = built('dashboard');

const app = new App();
try {
  // The toolkit says by this variable which region the command line points at.
  const pointedAt = process.env.CDK_DEFAULT_REGION;
  const settings = readSettings({ ...(pointedAt === undefined ? {} : { region: pointedAt }), ...app.node.getAllContext() });
  if (!existsSync(functionBundles))
    throw new SettingsError('The functions are not bundled: run `node scripts/build-functions.ts`.');
  if (!existsSync(dashboardFiles)) throw new SettingsError('The dashboard is not built: run `node scripts/build.ts dashboard`.');
  createPlatform(app, { settings, functionBundles, dashboardFiles });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof BundleMissingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
