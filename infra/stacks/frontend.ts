import { readFileSync } from 'node:fs';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { AccessLogBucket } from '../constructs/access-log-bucket.ts';
import { DashboardHeaders } from '../constructs/dashboard-headers.ts';
import { HostedZone } from '../constructs/hosted-zone.ts';
import { apiHost, dashboardHost } from '../names.ts';

export interface FrontendStackProps extends StackProps {
  settings: Settings;
  firewallArn: string;
  /** For the dashboard's name in the deployment's domain. */
  certificate: acm.ICertificate | undefined;
}

const pageAddresses = readFileSync(new URL('../edge-functions/page-addresses.js', import.meta.url), 'utf8');

/**
 * The dashboard's address: a bucket that nobody but CloudFront reads. What lies in it comes with the stack of the dashboard's files,
 * which is made when the API is there; the API has to know this address before.
 */
export class FrontendStack extends Stack {
  readonly bucket: s3.IBucket;
  /** As other stacks name it. */
  readonly bucketArn: string;
  /** Where customers open the dashboard, such as `https://app.example.com`. */
  readonly dashboardUrl: string;

  constructor(scope: Construct, id: string, { settings, firewallArn, certificate, ...props }: FrontendStackProps) {
    super(scope, id, props);
    const { domainName } = settings;
    this.bucket = new s3.Bucket(this, 'Files', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      // Assets are named after their content and stay, for pages that are still open; what was replaced goes after a month.
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }],
      serverAccessLogsBucket: new AccessLogBucket(this, 'FileLogs', { settings, writer: 's3' }).bucket,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    }) as s3.IBucket;
    this.bucketArn = this.exportValue(this.bucket.bucketArn);
    const distribution = this.#createDistribution(settings, firewallArn, certificate);
    Validations.of(distribution).acknowledge({
      id: 'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason: 'There is a root object, so nobody gets the list itself.',
    });
    acceptFinding(distribution, 'CFR1', 'Customers are anywhere.');
    if (domainName === undefined) {
      acceptFinding(distribution, 'CFR4', "Names of CloudFront accept older TLS by AWS's choice; with a domain it is narrowed.");
    }
    if (domainName !== undefined) this.#publishName(settings, domainName, distribution);
    this.dashboardUrl = `https://${domainName === undefined ? distribution.distributionDomainName : dashboardHost(domainName)}`;
    new CfnOutput(this, 'DashboardUrl', { value: this.dashboardUrl });
  }

  #createDistribution(
    settings: Settings,
    firewallArn: string,
    certificate: acm.ICertificate | undefined,
  ): cloudfront.Distribution {
    const { domainName } = settings;
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: `Dashboard of smartlead-mcp ${settings.stage}`,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: settings.stage === 'prod' ? cloudfront.PriceClass.PRICE_CLASS_ALL : cloudfront.PriceClass.PRICE_CLASS_100,
      webAclId: firewallArn,
      defaultRootObject: 'index.html',
      logBucket: new AccessLogBucket(this, 'AccessLogs', { settings, writer: 'cloudfront' }).bucket,
      ...(domainName === undefined || certificate === undefined
        ? {}
        : {
            domainNames: [dashboardHost(domainName)],
            certificate,
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
          }),
      defaultBehavior: {
        // Allowed to list, or S3 would say of every file that is missing that it is forbidden.
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
          originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
        }),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
        // As long as each file says: a year, or not at all.
        cachePolicy: new cloudfront.CachePolicy(this, 'AsFilesSay', {
          cachePolicyName: `smartlead-mcp-${settings.stage}-${settings.region}-dashboard`,
          minTtl: Duration.seconds(0),
          defaultTtl: Duration.seconds(0),
          maxTtl: Duration.days(365),
          enableAcceptEncodingBrotli: true,
          enableAcceptEncodingGzip: true,
        }),
        responseHeadersPolicy: new DashboardHeaders(this, 'Headers', { settings, connectSources: this.#connectSources(settings) })
          .policy,
        compress: true,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(this, 'PageAddresses', {
              comment: 'Gives browsers the application at every address of a page',
              code: cloudfront.FunctionCode.fromInline(pageAddresses),
              runtime: cloudfront.FunctionRuntime.JS_2_0,
            }),
          },
        ],
      },
    });
  }

  /**
   * The API and Cognito. Without a domain the API has a name that is only known when it is there, and the API has to know this
   * distribution's: so the header allows what APIs of the region are called, and the page itself, which is written last, the one that is
   * meant (`stacks/dashboard.ts`). Browsers keep to both.
   */
  #connectSources({ domainName }: Settings): string[] {
    const api = domainName === undefined ? `*.execute-api.${this.region}.${this.urlSuffix}` : apiHost(domainName);
    return [`https://${api}`, `https://cognito-idp.${this.region}.${this.urlSuffix}`];
  }

  #publishName(settings: Settings, domainName: string, distribution: cloudfront.Distribution): void {
    const { zone } = new HostedZone(this, 'Zone', { settings, domainName });
    const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(distribution));
    const recordName = dashboardHost(domainName);
    new route53.ARecord(this, 'Name', { zone, recordName, target });
    new route53.AaaaRecord(this, 'NameV6', { zone, recordName, target });
  }
}
