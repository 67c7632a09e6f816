import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from './accepted-findings.ts';

export interface AccessLogBucketProps {
  settings: Settings;
  /** Who writes: CloudFront needs an access control list, which is otherwise off. */
  writer: 'load-balancer' | 'cloudfront' | 's3';
}

/**
 * Where load balancers, distributions and buckets write who asked for what. Their logs have paths but no tokens. They can write to
 * nothing but S3's own encryption. Objects go when the logs of the stage do.
 */
export class AccessLogBucket extends Construct {
  readonly bucket: s3.IBucket;

  constructor(scope: Construct, id: string, { settings, writer }: AccessLogBucketProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
      objectOwnership:
        writer === 'cloudfront' ? s3.ObjectOwnership.BUCKET_OWNER_PREFERRED : s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(settings.logRetentionDays) }],
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    }) as s3.IBucket;
    acceptFinding(this.bucket, 'S1', 'It holds access logs itself; those of its own would only be about their delivery.');
  }

  /**
   * Has the load balancer write here. The toolkit's own method wants to know the region at synthesis, for the account number that
   * regions opened before August 2022 had; the service's name does in all of them.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
   */
  recordRequestsOf(loadBalancer: elbv2.ApplicationLoadBalancer, prefix: string): void {
    const { account } = Stack.of(this);
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LoadBalancerLogs',
        principals: [new iam.ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${prefix}/AWSLogs/${account}/*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
    loadBalancer.setAttribute('access_logs.s3.bucket', this.bucket.bucketName);
    loadBalancer.setAttribute('access_logs.s3.prefix', prefix);
    // The load balancer tries whether it may write when it is told to.
    if (this.bucket.policy !== undefined) loadBalancer.node.addDependency(this.bucket.policy);
  }
}
