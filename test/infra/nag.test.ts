import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/config.ts';
import { acceptFinding } from '../../infra/constructs/accepted-findings.ts';
import { createPlatform } from '../../infra/platform.ts';
import { placeholderBundles, toolkitContext } from './synthesized-stage.ts';

let bundles: Awaited<ReturnType<typeof placeholderBundles>>;
beforeAll(async () => {
  bundles = await placeholderBundles();
});
afterAll(() => bundles.remove());

interface Report {
  pluginReports: { violations?: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[];
}

/** What cdk-nag finds and nobody has accepted, one line each. */
async function findings(context: Record<string, string>, change: (app: App) => void = () => {}): Promise<string[]> {
  const outdir = await mkdtemp(join(tmpdir(), 'cdk-nag-'));
  try {
    const app = new App({
      outdir,
      context: await toolkitContext(),
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    createPlatform(app, {
      settings: readSettings(context),
      functionBundles: bundles.folder,
      dashboardFiles: bundles.dashboard,
    });
    change(app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const failure = await Promise.resolve()
      .then(() => app.synth())
      .then(
        () => undefined,
        (error: Error) => error,
      );
    const report = await readFile(join(outdir, 'validation-report.json'), 'utf8').catch(() => undefined);
    const found = report === undefined ? [] : linesOf(JSON.parse(report) as Report);
    // Warnings alone do not fail the synthesis, and count here all the same; a failure without a finding is no answer.
    if (failure !== undefined && found.length === 0) throw failure;
    return found;
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

function linesOf({ pluginReports }: Report): string[] {
  return pluginReports
    .flatMap(({ violations = [] }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
}

const domain = { domainName: 'smartlead.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'example.com' };

const restored = {
  table: 'restored',
  dataKey: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  databaseSnapshot: 'arn:aws:rds:us-east-1:123456789012:snapshot:billing-before',
};

describe('the rules "AwsSolutions" of cdk-nag', () => {
  it.each([
    ['dev without a domain', { stage: 'dev' }],
    ['dev in a domain, over a table, a key and a snapshot that were there', { stage: 'dev', ...restored, ...domain }],
    ['prod without a domain', { stage: 'prod' }],
    [
      'prod in a domain, with mail, far from us-east-1',
      { stage: 'prod', region: 'eu-central-1', mailFrom: 'mcp@example.com', ...domain },
    ],
  ])('find nothing in %s that is not accepted with a reason', { timeout: 240_000 }, async (_name, context) => {
    expect(await findings(context)).toEqual([]);
  });

  it('are really asked, and accept one finding on one construct alone', { timeout: 240_000 }, async () => {
    const found = await findings({ stage: 'dev' }, (app) => {
      const stack = app.node.findChild('smartlead-mcp-dev-data');
      acceptFinding(stack.node.findChild('Table'), 'RDS11', 'Of something else.');
      const database = stack.node.findChild('Database').node.findChild('Instance').node.defaultChild;
      (database as unknown as { storageEncrypted: boolean }).storageEncrypted = false;
    });
    expect(found).toEqual(['AwsSolutions-RDS2 at smartlead-mcp-dev-data/Database/Instance/Resource']);
  });
});
