import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultStackSynthesizer, Size, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding, asFound } from '../constructs/accepted-findings.ts';
import { RetainedLogGroup } from '../constructs/retained-log-group.ts';

export interface DashboardStackProps extends StackProps {
  settings: Settings;
  /** Folder that `scripts/build-dashboard.ts` wrote. */
  dashboardFiles: string;
  bucket: s3.IBucket;
  /** As other stacks name it. */
  bucketArn: string;
  apiUrl: string;
  userPoolId: string;
  clientId: string;
}

/**
 * The dashboard's files. One build serves all stages: what differs is in `config.json`, which the dashboard reads when it starts. Assets
 * come first and nothing is deleted, so neither an old page nor a new one ever misses one.
 */
export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, { settings, dashboardFiles, bucket, apiUrl, ...props }: DashboardStackProps) {
    super(scope, id, props);
    const { userPoolId, clientId } = props;
    const logGroup = new RetainedLogGroup(this, 'CopyLogs', { settings });
    const role = new iam.Role(this, 'CopyRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Copies the files of the dashboard (${settings.stage})`,
    });
    logGroup.grantWrite(role);
    const shared = {
      destinationBucket: bucket,
      prune: false,
      memoryLimit: 512,
      ephemeralStorageSize: Size.mebibytes(512),
      logGroup,
      role,
    };
    const { CacheControl, Source } = deployment;
    const assets = new deployment.BucketDeployment(this, 'Assets', {
      ...shared,
      sources: [Source.asset(dashboardFiles, { exclude: ['*', '!assets', '!assets/**'] })],
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const identityProvider = `https://cognito-idp.${this.region}.${this.urlSuffix}`;
    const pages = new deployment.BucketDeployment(this, 'Page', {
      ...shared,
      sources: [
        Source.data(
          'index.html',
          withConnectSources(readFileSync(join(dashboardFiles, 'index.html'), 'utf8'), [apiUrl, identityProvider]),
        ),
        Source.jsonData('config.json', {
          apiUrl,
          signIn: { kind: 'cognito', region: this.region, userPoolId, clientId },
        }),
      ],
      cacheControl: [CacheControl.fromString('no-cache')],
    });
    pages.node.addDependency(assets);
    this.#acceptFindings(role, props.bucketArn);
  }

  /** The program that copies, and what it may do, are the toolkit's. */
  #acceptFindings(role: iam.Role, bucketArn: string): void {
    const reason = "What the toolkit grants its program to read this deployment's files and to write the dashboard's.";
    for (const action of ['GetObject*', 'GetBucket*', 'List*', 'DeleteObject*', 'Abort*']) {
      acceptFinding(role, `IAM5[Action::s3:${action}]`, reason);
    }
    const uploaded = `cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}-assets-${this.account}-${this.region}`;
    for (const arn of [this.formatArn({ service: 's3', region: '', account: '', resource: uploaded }), bucketArn]) {
      acceptFinding(role, `IAM5[Resource::${asFound(this, arn)}/*]`, reason);
    }
    const program = this.node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'));
    if (program !== undefined) acceptFinding(program, 'L1', "It runs on what the toolkit's program was written for.");
  }
}

/** The page with a policy of its own, beside that of CloudFront's header: it may call these and itself. */
function withConnectSources(page: string, sources: readonly string[]): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="connect-src ${["'self'", ...sources].join(' ')}" />`;
  if (!page.includes('<meta charset="utf-8" />')) throw new Error('the page of the dashboard does not begin as expected');
  return page.replace('<meta charset="utf-8" />', `$&\n    ${policy}`);
}
