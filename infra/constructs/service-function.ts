import type { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptWildcards } from './accepted-findings.ts';
import { bundledCode } from './bundled-code.ts';
import { RetainedLogGroup } from './retained-log-group.ts';

export interface ServiceFunctionProps {
  settings: Settings;
  /** Folder that `scripts/build-functions.ts` wrote; each function is a folder in it. */
  functionBundles: string;
  /** Name of the bundle, such as `keys`. */
  bundle: string;
  description: string;
  environment: Record<string, string>;
  /** What the function may do beyond writing its own log and traces. */
  permissions: iam.PolicyStatement[];
  timeout: Duration;
  /** In mebibytes; the share of a processor grows with it. */
  memorySize?: number;
  /** Only for functions that must reach private addresses: being in the VPC costs start-up time and addresses. */
  network?: { vpc: ec2.IVpc; subnets: ec2.SubnetSelection; securityGroups: ec2.ISecurityGroup[] };
  /** Execution environments that are kept ready, each with everything loaded. */
  warm?: number;
}

/** One Lambda function with a log group and a role of its own. The role has what is listed here and nothing that AWS adds by habit. */
export class ServiceFunction extends Construct {
  readonly function: lambda.Function;
  /** What callers are to call: the function itself or, where some of it is kept ready, the version that is. */
  readonly target: lambda.IFunction;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { settings } = props;
    const logGroup = new RetainedLogGroup(this, 'Logs', { settings });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `Role of the function ${props.bundle} (${settings.stage})`,
    });
    logGroup.grantWrite(role);
    const permissions = [...(props.network === undefined ? [] : [networkInterfaceStatement()]), ...props.permissions];
    for (const statement of permissions) role.addToPolicy(statement);
    // Lambda's own statement for traces, which the toolkit adds.
    acceptWildcards(role, [...permissions, { sid: 'Traces', resources: ['*'] }]);

    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: bundledCode(props.functionBundles, props.bundle),
      memorySize: props.memorySize ?? 512,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      tracing: lambda.Tracing.ACTIVE,
      environment: props.environment,
      ...(props.network === undefined
        ? {}
        : {
            vpc: props.network.vpc,
            vpcSubnets: props.network.subnets,
            securityGroups: props.network.securityGroups,
          }),
    });
    this.target =
      props.warm === undefined || props.warm === 0
        ? (this.function as lambda.IFunction)
        : (new lambda.Alias(this, 'Warm', {
            aliasName: 'warm',
            version: this.function.currentVersion as lambda.IVersion,
            provisionedConcurrentExecutions: props.warm,
          }) as lambda.IFunction);
  }
}

/** Lambda makes the network interfaces of a function in a VPC with the function's own role; EC2 cannot narrow these actions down. */
function networkInterfaceStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'JoinNetwork',
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}
