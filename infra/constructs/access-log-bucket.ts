import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';

export interface AccessLogBucketProps {
  settings: Settings;
}

/**
 * Where load balancers write who asked for what. Their log has paths but no headers, so no token. Only S3's own encryption can be
 * written to by a load balancer. Objects go when the logs of the stage do.
 */
export class AccessLogBucket extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, { settings }: AccessLogBucketProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(settings.logRetentionDays) }],
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
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
