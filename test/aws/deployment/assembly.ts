import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readSettings } from '../../../infra/config.ts';
import { createPlatform } from '../../../infra/platform.ts';
import { buildFunctions } from '../../../scripts/build-functions.ts';

export interface Assembly {
  /** Folder that the toolkit takes as its application. */
  folder: string;
  /** Names of the stacks that hold anything; the toolkit deploys no empty ones. */
  stacks: string[];
}

/** What stacks are made from beside their settings. */
export interface Parts {
  /** A folder for each function. */
  functionBundles: string;
  dashboardFiles: string;
}

/** Builds the real bundles of all functions, and a page in place of the dashboard. */
export async function buildParts(folder: string): Promise<Parts> {
  const functionBundles = join(folder, 'functions');
  const dashboardFiles = join(folder, 'dashboard');
  await buildFunctions({ outdir: functionBundles });
  await mkdir(join(dashboardFiles, 'assets'), { recursive: true });
  await writeFile(join(dashboardFiles, 'index.html'), '<!doctype html><html><head><meta charset="utf-8" /></head></html>\n');
  await writeFile(join(dashboardFiles, 'assets', 'index-1.js'), '// The dashboard.\n');
  return { functionBundles, dashboardFiles };
}

/**
 * Synthesises stage `dev`.
 * @param outdir Where the toolkit is to find it.
 * @param settings On top of those of the stage, as on the command line.
 */
export async function synthesizeAssembly(outdir: string, parts: Parts, settings: Record<string, unknown>): Promise<Assembly> {
  const toolkit = JSON.parse(await readFile(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({
    outdir,
    context: toolkit.context,
    analyticsReporting: false,
    // Looks at each template for long; `test/infra/cdk-synth.test.ts` has it run over the same ones.
    builtinCloudFormationValidation: false,
  });
  createPlatform(app, { settings: readSettings({ stage: 'dev', ...settings }), ...parts });
  const stacks = app.synth().stacks.filter(({ template }) => Object.keys(template.Resources ?? {}).length > 0);
  return { folder: outdir, stacks: stacks.map(({ stackName }) => stackName) };
}
