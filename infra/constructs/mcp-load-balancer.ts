import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { mcpHost } from '../names.ts';
import { routerPort } from '../network-ports.ts';
import { subnets } from '../stacks/network.ts';
import { AccessLogBucket } from './access-log-bucket.ts';
import { HostedZone } from './hosted-zone.ts';
import { WebFirewall } from './web-firewall.ts';

export interface McpLoadBalancerProps {
  settings: Settings;
  vpc: ec2.IVpc;
  securityGroup: ec2.ISecurityGroup;
}

/**
 * The load balancer in front of the routers. With a domain it is open to the internet under a name and a certificate of its own;
 * without one it is internal, speaks HTTP and is reached through CloudFront alone (`mcp-distribution.ts`).
 */
export class McpLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  /** Routers register here. */
  readonly routers: elbv2.ApplicationTargetGroup;
  /** Name in the deployment's own domain; `undefined` where there is none. */
  readonly host: string | undefined;
  /** In front of a load balancer that is open to the internet; where CloudFront is, the firewall is there. */
  readonly firewall: WebFirewall | undefined;

  constructor(scope: Construct, id: string, { settings, vpc, securityGroup }: McpLoadBalancerProps) {
    super(scope, id);
    const { domainName } = settings;
    this.host = domainName === undefined ? undefined : mcpHost(domainName);
    // Which of the two it is cannot be changed later, so each is a resource of its own.
    this.loadBalancer = new elbv2.ApplicationLoadBalancer(this, domainName === undefined ? 'Internal' : 'Public', {
      vpc,
      vpcSubnets: domainName === undefined ? subnets.platform : subnets.public,
      internetFacing: domainName !== undefined,
      securityGroup,
      // Streams say something every 15 seconds; this is for clients that say nothing, and the longest there is.
      idleTimeout: Duration.seconds(4_000),
      http2Enabled: true,
      dropInvalidHeaderFields: true,
      preserveHostHeader: true,
      desyncMitigationMode: elbv2.DesyncMitigationMode.DEFENSIVE,
      deletionProtection: settings.protectData,
    });
    new AccessLogBucket(this, 'AccessLogs', { settings, writer: 'load-balancer' }).recordRequestsOf(this.loadBalancer, 'mcp');

    this.firewall = domainName === undefined ? undefined : this.#guard(settings);

    this.routers = new elbv2.ApplicationTargetGroup(this, 'Routers', {
      vpc,
      targetType: elbv2.TargetType.IP,
      protocol: elbv2.ApplicationProtocol.HTTP,
      port: routerPort,
      // Streams stay for hours: new ones go to whoever has the fewest.
      loadBalancingAlgorithmType: elbv2.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      healthCheck: {
        path: '/readyz',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
      // What is still open after it is cut. The router hears of it before (an event, by way of the manager) and ends its streams
      // itself, one after the other; calls under way end.
      deregistrationDelay: Duration.seconds(60),
    });
    const listener = domainName === undefined ? this.#listenInside() : this.#listenOutside(settings, domainName);
    // All else that a router answers, such as its measures, is nobody's business out there.
    listener.addAction('Instances', {
      priority: 10,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/i/*'])],
      action: elbv2.ListenerAction.forward([this.routers]),
    });
  }

  #guard(settings: Settings): WebFirewall {
    const firewall = new WebFirewall(this, 'Firewall', { settings, name: 'mcp', scope: 'REGIONAL' });
    new wafv2.CfnWebACLAssociation(this, 'Guarded', {
      webAclArn: firewall.arn,
      resourceArn: this.loadBalancer.loadBalancerArn,
    });
    return firewall;
  }

  #listenInside(): elbv2.ApplicationListener {
    return this.loadBalancer.addListener('Http', {
      port: 80,
      protocol: elbv2.ApplicationProtocol.HTTP,
      open: false,
      defaultAction: nothingHere(),
    });
  }

  #listenOutside(settings: Settings, domainName: string): elbv2.ApplicationListener {
    const { zone } = new HostedZone(this, 'Zone', { settings, domainName });
    const name = mcpHost(domainName);
    const certificate = new acm.Certificate(this, 'Certificate', {
      domainName: name,
      validation: acm.CertificateValidation.fromDns(zone),
    });
    new route53.ARecord(this, 'Name', {
      zone,
      recordName: name,
      target: route53.RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer)),
    });
    this.loadBalancer.addListener('Http', {
      port: 80,
      protocol: elbv2.ApplicationProtocol.HTTP,
      open: false,
      defaultAction: elbv2.ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
    });
    return this.loadBalancer.addListener('Https', {
      port: 443,
      protocol: elbv2.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      // TLS 1.3, and 1.2 with forward secrecy alone; the key exchange withstands quantum computers where the client knows how.
      sslPolicy: elbv2.SslPolicy.TLS13_12_RES_PQ,
      open: false,
      defaultAction: nothingHere(),
    });
  }
}

function nothingHere(): elbv2.ListenerAction {
  return elbv2.ListenerAction.fixedResponse(404, { contentType: 'text/plain', messageBody: 'Nothing is served here.' });
}
