import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { RetainedLogGroup } from '../constructs/retained-log-group.ts';

export interface NetworkStackProps extends StackProps {
  settings: Settings;
}

/**
 * The private network: public subnets for load balancers and NAT, private ones for instances and functions that talk to them, and
 * isolated ones without a way out for databases.
 */
export class NetworkStack extends Stack {
  readonly vpc: ec2.IVpc;
  private readonly zones: number;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.zones = settings.availabilityZones;

    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(settings.vpcCidr),
      maxAzs: settings.availabilityZones,
      natGateways: settings.natGateways === 'one' ? 1 : settings.availabilityZones,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        // Every instance takes one address: 8,187 in each zone.
        { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
        { name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      restrictDefaultSecurityGroup: true,
      // Gateway endpoints cost nothing and take the largest flows (image layers, the table) off the NAT gateways.
      gatewayEndpoints: {
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
      },
    });

    const flowLogs = new RetainedLogGroup(this, 'FlowLogs', { settings });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs),
      trafficType: settings.flowLogTraffic === 'all' ? ec2.FlowLogTrafficType.ALL : ec2.FlowLogTrafficType.REJECT,
    });

    for (const service of settings.interfaceEndpoints) {
      vpc.addInterfaceEndpoint(`Endpoint-${service.replace('.', '-')}`, {
        service: new ec2.InterfaceVpcEndpointAwsService(service),
        privateDnsEnabled: true,
        subnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      });
    }
    // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    this.vpc = vpc as ec2.IVpc;
  }

  /** The region's first zones by number. Without this the toolkit either asks the account for them or stops at two. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.zones }, (_, index) => Fn.select(index, Fn.getAzs()));
  }
}
