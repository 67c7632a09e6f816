import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { cachePort, instancePort, routerHopPort, routerPort } from '../network-ports.ts';
import { acceptFinding } from './accepted-findings.ts';
import { rangesOutside } from './outside-of-range.ts';

export interface NetworkGroupsProps {
  settings: Settings;
  vpc: ec2.IVpc;
}

/**
 * Who may speak to whom in the private network, all in one place. Nobody answers anybody who is not named here; the load balancer
 * alone is open to the internet, and only where it has a name and a certificate of its own.
 */
export class NetworkGroups extends Construct {
  readonly loadBalancer: ec2.SecurityGroup;
  readonly router: ec2.SecurityGroup;
  readonly manager: ec2.SecurityGroup;
  /** Lifecycle functions that speak to instances. */
  readonly taskFunctions: ec2.SecurityGroup;
  readonly instances: ec2.SecurityGroup;
  readonly cache: ec2.SecurityGroup;
  /** Interface endpoints of AWS services. */
  readonly endpoints: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { settings, vpc }: NetworkGroupsProps) {
    super(scope, id);
    const group = (name: string, description: string): ec2.SecurityGroup =>
      new ec2.SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    this.loadBalancer = group('LoadBalancer', 'The load balancer in front of the routers');
    this.router = group('Router', 'Routers: the only way to an instance');
    this.manager = group('Manager', 'The manager of instances');
    this.taskFunctions = group('TaskFunctions', 'Lifecycle functions that speak to instances');
    this.instances = group('Instances', 'Instances, each of one customer');
    this.cache = group('Cache', 'Valkey, shared by routers and manager');
    this.endpoints = group('Endpoints', 'Interface endpoints of AWS services');

    if (settings.domainName !== undefined) {
      this.loadBalancer.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'MCP clients');
      this.loadBalancer.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'Sent on to HTTPS');
    }
    // The rule cannot read a range that is only known when it is deployed, and sees the doors of a public load balancer as too wide.
    acceptFinding(this.endpoints, 'EC23', 'Open to the private network alone.');
    if (settings.domainName !== undefined) {
      acceptFinding(
        this.loadBalancer,
        'EC23',
        'The door of the service, for MCP clients anywhere, behind a firewall: 80 and 443.',
      );
    }
    this.loadBalancer.connections.allowTo(this.router, ec2.Port.tcp(routerPort), 'Requests of MCP clients');
    this.router.connections.allowInternally(ec2.Port.tcp(routerHopPort), 'Messages for a stream that another router holds');
    for (const client of [this.router, this.manager]) {
      client.connections.allowTo(this.cache, ec2.Port.tcp(cachePort), 'Valkey');
    }
    for (const client of [this.router, this.manager, this.taskFunctions]) {
      client.connections.allowTo(this.instances, ec2.Port.tcp(instancePort), 'Instances');
      client.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS services');
    }
    // Name resolution needs no rule: security groups do not apply to the resolver of the VPC.
    for (const range of rangesOutside(settings.vpcCidr)) {
      this.instances.addEgressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(443), 'The internet: Smartlead');
    }
    if (settings.interfaceEndpoints.length > 0) {
      // Fargate itself pulls the image, fetches the secret and writes the log through the task's own interface.
      this.instances.addEgressRule(this.endpoints, ec2.Port.tcp(443), 'AWS services for Fargate itself');
    }
    this.endpoints.addIngressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(443), 'The private network');
  }
}
