import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { NetworkGroups } from '../constructs/network-groups.ts';
import { RetainedLogGroup } from '../constructs/retained-log-group.ts';

export interface NetworkStackProps extends StackProps {
  settings: Settings;
}

/** Where what runs is placed, by the names of the groups of subnets. */
export const subnets = {
  /** Load balancers that are open to the internet, and NAT. */
  public: { subnetGroupName: 'public' },
  /** The platform's own services and functions. */
  platform: { subnetGroupName: 'private' },
  /** Instances alone: however many there are, the platform does not run out of addresses. */
  instances: { subnetGroupName: 'instances' },
  /** Databases and the cache: no way out. */
  isolated: { subnetGroupName: 'isolated' },
} as const satisfies Record<string, ec2.SubnetSelection>;

/** The private network, and who may speak to whom in it. */
export class NetworkStack extends Stack {
  readonly vpc: ec2.IVpc;
  readonly groups: NetworkGroups;
  private readonly zones: number;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.zones = settings.availabilityZones;

    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(settings.vpcCidr),
      maxAzs: settings.availabilityZones,
      natGateways: settings.natGateways === 'one' ? 1 : settings.availabilityZones,
      subnetConfiguration: [
        // Every instance takes one address: there are 16,379 in each zone. Large ones first, so that none is cut off a border.
        { name: 'instances', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 18 },
        { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      restrictDefaultSecurityGroup: true,
      // Gateway endpoints cost nothing and take the largest flows (image layers, the table) off the NAT gateways.
      gatewayEndpoints: {
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
      },
    });

    // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    this.vpc = vpc as ec2.IVpc;

    const flowLogs = new RetainedLogGroup(this, 'FlowLogs', { settings });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs),
      trafficType: settings.flowLogTraffic === 'all' ? ec2.FlowLogTrafficType.ALL : ec2.FlowLogTrafficType.REJECT,
    });

    this.groups = new NetworkGroups(this, 'Groups', { settings, vpc: this.vpc });
    for (const service of settings.interfaceEndpoints) {
      vpc.addInterfaceEndpoint(`Endpoint-${service.replace('.', '-')}`, {
        service: new ec2.InterfaceVpcEndpointAwsService(service),
        privateDnsEnabled: true,
        subnets: subnets.platform,
        securityGroups: [this.groups.endpoints],
        open: false,
      });
    }
  }

  /** The region's first zones by number. Without this the toolkit either asks the account for them or stops at two. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.zones }, (_, index) => Fn.select(index, Fn.getAzs()));
  }
}
