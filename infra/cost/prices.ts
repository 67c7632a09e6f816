import type { PriceSourceName } from './price-sources.ts';

/** Regions there are prices for. */
export const pricedRegions = ['eu-central-1', 'us-east-1'] as const;
export type PricedRegion = (typeof pricedRegions)[number];

export interface Price {
  /** What one of it is. */
  unit: string;
  /** US dollars for one, without tax and without the free allowances of an account. */
  usd: Readonly<Record<PricedRegion, number>>;
  source: Readonly<Record<PricedRegion, PriceSourceName>>;
}

function price(
  unit: string,
  [frankfurt, virginia]: readonly [frankfurt: number, virginia: number],
  source: PriceSourceName,
  frankfurtSource: PriceSourceName = source,
): Price {
  return {
    unit,
    usd: { 'eu-central-1': frankfurt, 'us-east-1': virginia },
    source: { 'eu-central-1': frankfurtSource, 'us-east-1': source },
  };
}

/** The same everywhere. */
const both = (usd: number): readonly [number, number] => [usd, usd];

/** List prices on demand. Volume discounts are left out, so a large bill is a little too high. */
export const prices = {
  fargateProcessor: price('vCPU-hour', [0.03725, 0.03238], 'fargate'),
  fargateMemory: price('GB-hour', [0.00409, 0.00356], 'fargate'),
  /** Of what the same costs otherwise. */
  fargateSpot: price('share', both(0.31), 'fargateSpot'),
  lambdaTime: price('GB-second', both(0.0000133334), 'lambda'),
  lambdaRequest: price('invocation', both(0.0000002), 'lambda'),
  lambdaKeptReady: price('GB-second', [0.0000040118, 0.0000033334], 'lambda'),
  natGateway: price('hour', [0.052, 0.045], 'nat'),
  natTraffic: price('GB', [0.052, 0.045], 'nat'),
  interfaceEndpoint: price('hour', [0.012, 0.01], 'vpc'),
  interfaceEndpointTraffic: price('GB', both(0.01), 'vpc'),
  publicAddress: price('hour', both(0.005), 'vpc'),
  loadBalancer: price('hour', [0.027, 0.0225], 'loadBalancer', 'frankfurtBill'),
  loadBalancerUnit: price('LCU-hour', both(0.008), 'loadBalancer', 'frankfurtLoadBalancerUnit'),
  trafficOut: price('GB', both(0.09), 'dataTransfer'),
  trafficBetweenZones: price('GB', both(0.02), 'dataTransfer'),
  cloudfrontTraffic: price('GB', both(0.085), 'cloudfrontEurope'),
  cloudfrontRequest: price('request', [0.0000012, 0.000001], 'cloudfront', 'cloudfrontEurope'),
  firewall: price('month', both(5), 'waf'),
  firewallRule: price('month', both(1), 'waf'),
  firewallRequest: price('request', both(0.0000006), 'waf'),
  zone: price('month', both(0.5), 'route53'),
  apiRequest: price('request', [0.0000012, 0.000001], 'apiGateway'),
  activeUser: price('user', both(0.015), 'cognito'),
  tableWrite: price('WRU', [0.0000007625, 0.000000625], 'dynamodb'),
  tableRead: price('RRU', [0.0000001525, 0.000000125], 'dynamodb'),
  tableStorage: price('GB-month', [0.306, 0.25], 'dynamodb'),
  tableRecovery: price('GB-month', [0.2448, 0.2], 'dynamodb'),
  databaseMicro: price('hour', [0.019, 0.016], 'rds', 'frankfurtBill'),
  databaseSmall: price('hour', [0.038, 0.032], 'rds', 'frankfurtRds'),
  databaseMedium: price('hour', [0.0772, 0.065], 'rds', 'frankfurtRds'),
  databaseStorage: price('GB-month', [0.137, 0.115], 'rds', 'frankfurtBill'),
  cacheMicro: price('hour', [0.0144, 0.0128], 'valkey'),
  cacheSmall: price('hour', [0.0288, 0.0256], 'valkey'),
  stateTransition: price('transition', both(0.000025), 'stepFunctions', 'frankfurtAsVirginia'),
  secret: price('month', both(0.4), 'secretsManager', 'frankfurtBill'),
  secretRequest: price('request', both(0.000005), 'secretsManager', 'frankfurtAsVirginia'),
  encryptionKey: price('month', both(1), 'kms'),
  encryptionRequest: price('request', both(0.000003), 'kms'),
  queueRequest: price('request', both(0.0000004), 'sqs', 'frankfurtAsVirginia'),
  logIntake: price('GB', [0.63, 0.5], 'cloudwatch'),
  logStorage: price('GB-month', [0.0324, 0.03], 'logStorage', 'frankfurtLogStorage'),
  metric: price('month', both(0.3), 'cloudwatch'),
  insightsMetric: price('month', both(0.07), 'cloudwatch'),
  alarm: price('month', both(0.1), 'cloudwatch'),
  dashboard: price('month', both(3), 'cloudwatch'),
  trace: price('trace', both(0.000005), 'xray'),
  fileStorage: price('GB-month', [0.0245, 0.023], 's3'),
  fileWrite: price('request', [0.0000054, 0.000005], 's3'),
  imageStorage: price('GB-month', both(0.1), 'ecr', 'frankfurtAsVirginia'),
  mail: price('message', both(0.0001), 'ses'),
} as const satisfies Record<string, Price>;
export type PriceName = keyof typeof prices;

/** Users of a month that Cognito Essentials asks nothing for: for ever, and per account. */
export const usersWithoutCharge = 10_000;
