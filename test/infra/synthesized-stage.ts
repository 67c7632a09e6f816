import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../infra/config.ts';
import { apiFunctionAccess, eventFunctionAccess, taskFunctionAccess } from '../../infra/function-access.ts';
import { createPlatform } from '../../infra/platform.ts';

export type StackName = keyof ReturnType<typeof createPlatform>;

/** A resource as CloudFormation reads it. */
export interface TemplateResource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
}

export interface SynthesizedStage {
  templates: Record<StackName, Template>;
  stacks: Record<StackName, Stack>;
  /** Resources of a type in all stacks, by `stack/logical id`. */
  resources(type: string): [id: string, resource: TemplateResource][];
}

/** Synthesises all stacks of a stage in this process, with the toolkit's settings of `cdk.json`. */
export async function synthesizeStage(
  stage: 'dev' | 'prod',
  { overrides = {}, functionBundles }: { overrides?: Record<string, unknown>; functionBundles: string },
): Promise<SynthesizedStage> {
  const outdir = await mkdtemp(join(tmpdir(), 'cdk-out-'));
  try {
    const app = new App({
      outdir,
      context: await toolkitContext(),
      analyticsReporting: false,
      // Takes most of the time; `cdk-synth.test.ts` has it run over the same templates.
      builtinCloudFormationValidation: false,
    });
    const stacks = createPlatform(app, {
      settings: readSettings({ stage, ...overrides }),
      functionBundles,
      dashboardFiles: join(functionBundles, placeholderDashboard),
    });
    const entries = Object.entries(stacks).map(([name, stack]) => [name, Template.fromStack(stack)] as const);
    return {
      stacks,
      templates: Object.fromEntries(entries) as Record<StackName, Template>,
      resources: (type) =>
        entries.flatMap(([name, template]) =>
          Object.entries(template.findResources(type)).map(([id, resource]): [string, TemplateResource] => [
            `${name}/${id}`,
            { Properties: {}, ...resource } as TemplateResource,
          ]),
        ),
    };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/** The toolkit's settings of `cdk.json`. */
export async function toolkitContext(): Promise<Record<string, unknown>> {
  const text = await readFile(new URL('../../cdk.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { context: Record<string, unknown> }).context;
}

/**
 * A folder with something in place of every function's bundle, removed by the returned function. What is in a bundle changes nothing
 * in a template but a fingerprint, and bundling takes longer than everything else here.
 */
export async function placeholderBundles(): Promise<{ folder: string; dashboard: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'function-bundles-'));
  for (const name of declaredBundles) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'index.mjs'), 'export const handler = () => {};\n');
  }
  const dashboard = join(folder, placeholderDashboard);
  await mkdir(join(dashboard, 'assets'), { recursive: true });
  await writeFile(join(dashboard, 'index.html'), '<!doctype html><html><head><meta charset="utf-8" /></head></html>\n');
  await writeFile(join(dashboard, 'assets', 'index-1.js'), '\n');
  return { folder, dashboard, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Below the folder of the bundles, as no function is called. */
const placeholderDashboard = '(dashboard)';

/** Names of the bundles that the stacks ask for. */
export const declaredBundles: readonly string[] = [
  ...Object.keys(apiFunctionAccess),
  ...Object.keys(taskFunctionAccess).map((task) => `lifecycle${task.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`),
  ...Object.keys(eventFunctionAccess),
  'migrate-billing',
];
