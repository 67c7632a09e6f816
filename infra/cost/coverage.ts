import type { Part } from './situation.ts';

/** Types of CloudFormation resources that cost something, with the part of the bill that they are in. */
export const pricedResources: Readonly<Record<string, Part>> = {
  'AWS::ApiGatewayV2::Stage': 'API and accounts',
  'AWS::CloudFront::Distribution': 'front door',
  'AWS::CloudWatch::Alarm': 'logs and measures',
  'AWS::CloudWatch::CompositeAlarm': 'logs and measures',
  'AWS::CloudWatch::Dashboard': 'logs and measures',
  'AWS::Cognito::UserPool': 'API and accounts',
  'AWS::DynamoDB::Table': 'table',
  'AWS::EC2::EIP': 'network',
  'AWS::EC2::FlowLog': 'logs and measures',
  'AWS::EC2::NatGateway': 'network',
  'AWS::EC2::VPCEndpoint': 'network',
  'AWS::ECS::Cluster': 'logs and measures',
  'AWS::ECS::Service': 'routers and manager',
  'AWS::ElastiCache::ReplicationGroup': 'cache',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'front door',
  'AWS::KMS::Key': 'secrets and keys',
  'AWS::Lambda::Alias': 'lifecycle',
  'AWS::Lambda::Function': 'API and accounts',
  'AWS::Logs::LogGroup': 'logs and measures',
  'AWS::RDS::DBInstance': 'database',
  'AWS::Route53::HostedZone': 'front door',
  'AWS::S3::Bucket': 'front door',
  'AWS::SQS::Queue': 'messages',
  'AWS::SecretsManager::Secret': 'secrets and keys',
  'AWS::StepFunctions::StateMachine': 'lifecycle',
  'AWS::WAFv2::WebACL': 'front door',
};

/** Types that cost nothing themselves, or so little that no bill shows it. Beginnings of names end with a star. */
export const freeResources: readonly string[] = [
  // Paid for by requests, with the stage.
  'AWS::ApiGatewayV2::*',
  'AWS::ApplicationAutoScaling::*',
  // Two are free, and further ones a cent or two a day: what runs is watched, not bought.
  'AWS::Budgets::Budget',
  'AWS::CDK::Metadata',
  'AWS::CertificateManager::Certificate',
  'AWS::CloudFront::*',
  'AWS::Cognito::*',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup*',
  'AWS::EC2::Subnet*',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::ECS::TaskDefinition',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::ElastiCache::User*',
  'AWS::ElasticLoadBalancingV2::*',
  // Events of AWS's own services, and schedules that go into a queue.
  'AWS::Events::Rule',
  'AWS::IAM::*',
  'AWS::KMS::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::ResourcePolicy',
  'AWS::Logs::SubscriptionFilter',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::Route53::RecordSet',
  'AWS::S3::BucketPolicy',
  // A thousand mails a month are free.
  'AWS::SNS::*',
  'AWS::SQS::QueuePolicy',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::WAFv2::IPSet',
  'AWS::WAFv2::LoggingConfiguration',
  'AWS::WAFv2::WebACLAssociation',
  // Run at deployments alone.
  'Custom::*',
  'AWS::CloudFormation::*',
];

/** What a type of resource is to the bill; `undefined` where nobody has thought about it yet. */
export function costOf(type: string): Part | 'free' | undefined {
  const part = pricedResources[type];
  if (part !== undefined) return part;
  const isFree = freeResources.some((free) => (free.endsWith('*') ? type.startsWith(free.slice(0, -1)) : type === free));
  return isFree ? 'free' : undefined;
}
