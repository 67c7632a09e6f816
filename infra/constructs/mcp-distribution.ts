import { Duration } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from './accepted-findings.ts';
import { AccessLogBucket } from './access-log-bucket.ts';
import { RetainedLogGroup } from './retained-log-group.ts';

export interface McpDistributionProps {
  settings: Settings;
  vpc: ec2.IVpc;
  loadBalancer: ApplicationLoadBalancer;
  loadBalancerGroup: ec2.ISecurityGroup;
  firewallArn: string;
}

/**
 * The name and the TLS of a deployment without a domain: CloudFront in front of the internal load balancer, which it reaches inside
 * the private network, so that there is no second door. Nothing is cached, compressed or changed on the way. Its limits, next to a
 * domain of one's own:
 *
 * - A call that is silent for two minutes is cut (504). Event streams are not: a comment goes out every 15 seconds.
 * - Names of `cloudfront.net` accept TLS 1.0 and later from old clients; that is AWS's choice and cannot be narrowed.
 * - Bytes pass through CloudFront, which is billed by volume.
 */
export class McpDistribution extends Construct {
  readonly distribution: cloudfront.Distribution;

  constructor(scope: Construct, id: string, props: McpDistributionProps) {
    super(scope, id);
    const { settings, vpc, loadBalancer, loadBalancerGroup } = props;
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `MCP of smartlead-mcp ${settings.stage}`,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      webAclId: props.firewallArn,
      logBucket: new AccessLogBucket(this, 'AccessLogs', { settings, writer: 'cloudfront' }).bucket,
      priceClass: settings.stage === 'prod' ? cloudfront.PriceClass.PRICE_CLASS_ALL : cloudfront.PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        origin: VpcOrigin.withApplicationLoadBalancer(loadBalancer, {
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTP_ONLY,
          // The longest between two bytes that needs no request to AWS.
          readTimeout: Duration.seconds(120),
          keepaliveTimeout: Duration.seconds(60),
          // Whether a call may be repeated the router knows, not CloudFront.
          connectionAttempts: 1,
        }),
        // Not a redirect: a client that sends its token unprotected should notice.
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
        compress: false,
      },
    });
    acceptFinding(this.distribution, 'CFR1', 'Customers and the clients that they use are anywhere.');
    acceptFinding(
      this.distribution,
      'CFR4',
      "Names of CloudFront accept older TLS by AWS's choice; with a domain it is narrowed.",
    );
    this.#letIn(settings, vpc, loadBalancerGroup);
  }

  /**
   * CloudFront makes a security group of its own in the VPC with the first origin there, and tells nobody its id but those who ask.
   * Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
   */
  #letIn(settings: Settings, vpc: ec2.IVpc, loadBalancerGroup: ec2.ISecurityGroup): void {
    const lookUp: cr.AwsSdkCall = {
      service: 'ec2',
      action: 'describeSecurityGroups',
      parameters: {
        Filters: [
          { Name: 'vpc-id', Values: [vpc.vpcId] },
          { Name: 'group-name', Values: ['CloudFront-VPCOrigins-Service-SG'] },
        ],
      },
      outputPaths: ['SecurityGroups.0.GroupId'],
      physicalResourceId: cr.PhysicalResourceId.of('CloudFront-VPCOrigins-Service-SG'),
    };
    const logGroup = new RetainedLogGroup(this, 'OriginGroupLogs', { settings });
    const role = new iam.Role(this, 'OriginGroupRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Looks up the security group of CloudFront (${settings.stage})`,
    });
    logGroup.grantWrite(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ec2:DescribeSecurityGroups'], resources: ['*'] }));
    acceptFinding(role, 'IAM5[Resource::*]', 'EC2 cannot narrow down who may look at security groups.');
    const group = new cr.AwsCustomResource(this, 'OriginGroup', {
      onUpdate: lookUp,
      installLatestAwsSdk: false,
      logGroup,
      role,
    });
    group.node.addDependency(role);
    group.node.addDependency(this.distribution);
    new ec2.CfnSecurityGroupIngress(this, 'FromCloudFront', {
      groupId: loadBalancerGroup.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 80,
      toPort: 80,
      sourceSecurityGroupId: group.getResponseField('SecurityGroups.0.GroupId'),
      description: 'CloudFront',
    });
  }
}
