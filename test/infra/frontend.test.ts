import { readFile } from 'node:fs/promises';
import { createContext, runInContext } from 'node:vm';
import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

const kinds = ['without a domain', 'in a domain'] as const;
type Kind = (typeof kinds)[number];

const synthesized: Partial<Record<Kind, SynthesizedStage>> = {};
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  const domain = { domainName: 'smartlead.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'example.com' };
  synthesized['without a domain'] = await synthesizeStage('dev', { functionBundles: bundles.folder });
  synthesized['in a domain'] = await synthesizeStage('prod', {
    functionBundles: bundles.folder,
    overrides: { ...domain, region: 'eu-central-1', mailFrom: 'mcp@smartlead.example.com' },
  });
});
afterAll(() => removeBundles());

function templates(kind: Kind): SynthesizedStage['templates'] {
  const stage = synthesized[kind];
  if (stage === undefined) throw new Error(`the deployment ${kind} was not synthesised`);
  return stage.templates;
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the template has no such resource');
  return value;
}

describe.each(kinds)("the dashboard's address, %s", (kind) => {
  it('lies in a bucket that CloudFront alone reads, by TLS', () => {
    const { frontend } = templates(kind);
    frontend.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { RestrictPublicBuckets: true, BlockPublicPolicy: true },
    });
    const [policy] = Object.entries(frontend.findResources('AWS::S3::BucketPolicy')).filter(([id]) =>
      id.startsWith('FilesPolicy'),
    );
    const statements: { Effect: string; Principal: unknown; Action: unknown; Condition?: object }[] =
      policy?.[1].Properties.PolicyDocument.Statement;
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Principal, Action }) => [Principal, Action])).toEqual([
      [{ Service: 'cloudfront.amazonaws.com' }, ['s3:GetObject', 's3:ListBucket']],
    ]);
    expect(JSON.stringify(allowed[0]?.Condition)).toContain('distribution/');
    expect(JSON.stringify(statements.filter(({ Effect }) => Effect === 'Deny'))).toMatch(
      /SecureTransport.*TlsVersion|TlsVersion.*SecureTransport/,
    );
  });

  it('is served by HTTP/2 and 3, behind the firewall, with TLS of today where the name is ours', () => {
    const { frontend } = templates(kind);
    frontend.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        HttpVersion: 'http2and3',
        DefaultRootObject: 'index.html',
        WebACLId: Match.anyValue(),
        Logging: Match.anyValue(),
        DefaultCacheBehavior: Match.objectLike({ ViewerProtocolPolicy: 'redirect-to-https', AllowedMethods: ['GET', 'HEAD'] }),
        ...(kind === 'in a domain'
          ? {
              Aliases: ['app.smartlead.example.com'],
              ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' }),
            }
          : { Aliases: Match.absent() }),
      }),
    });
    frontend.hasOutput(
      'DashboardUrl',
      kind === 'in a domain'
        ? { Value: 'https://app.smartlead.example.com' }
        : { Value: { 'Fn::Join': ['', ['https://', Match.objectLike({})]] } },
    );
  });

  it('tells browsers to load, run and call nothing that is not named', () => {
    const [headers] = Object.values(templates(kind).frontend.findResources('AWS::CloudFront::ResponseHeadersPolicy'));
    const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } =
      required(headers).Properties.ResponseHeadersPolicyConfig;
    const text = JSON.stringify(security.ContentSecurityPolicy.ContentSecurityPolicy).replaceAll('{"Ref":"AWS::URLSuffix"}', '');
    const policy = text.replaceAll(/","|",,"|\{"Fn::Join":\["",\["|"\]\]\}/g, '');
    expect(policy).not.toMatch(/unsafe|data:|blob:|http:|\*[^.]/);
    expect(policy).toContain(
      "default-src 'self'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';",
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(
      kind === 'in a domain'
        ? /connect-src 'self' https:\/\/api\.smartlead\.example\.com https:\/\/cognito-idp\.eu-central-1\./
        : /connect-src 'self' https:\/\/\*\.execute-api\.us-east-1\..*https:\/\/cognito-idp\.us-east-1\./,
    );
    expect(security).toMatchObject({
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true },
    });
    expect(custom.Items.map(({ Header }: { Header: string }) => Header)).toEqual([
      'Cross-Origin-Opener-Policy',
      'Permissions-Policy',
    ]);
  });

  it('keeps assets for a year and asks about everything else each time', () => {
    const copies = Object.values(templates(kind).dashboard.findResources('Custom::CDKBucketDeployment'));
    expect(copies.map(({ Properties }) => [Properties.SystemMetadata['cache-control'], Properties.Prune])).toEqual([
      ['public, max-age=31536000, immutable', false],
      ['no-cache', false],
    ]);
    // A page never names an asset that is not there yet.
    const assets = Object.keys(templates(kind).dashboard.findResources('Custom::CDKBucketDeployment'))[0];
    expect(copies[1]?.DependsOn).toContain(assets);
  });
});

describe('config.json', () => {
  it('says where the API is and how people sign in, so that one build serves all stages', async () => {
    const { dashboard } = templates('in a domain');
    const [, page] = Object.values(dashboard.findResources('Custom::CDKBucketDeployment'));
    const markers = JSON.stringify(page?.Properties.SourceMarkers);
    expect(markers).toMatch(/-auth:ExportsOutputRefUserPool\w+.*-auth:ExportsOutputRefUserPoolDashboard/);
    const withoutDomain = Object.values(templates('without a domain').dashboard.findResources('Custom::CDKBucketDeployment'))[1];
    expect(JSON.stringify(withoutDomain?.Properties.SourceMarkers)).toMatch(/-api:ExportsOutputFnGetAttApi\w+ApiEndpoint/);
  });
});

describe('the addresses of pages', () => {
  let rewrite: (method: string, uri: string, accept?: string) => string;
  beforeAll(async () => {
    const source = await readFile(new URL('../../infra/edge-functions/page-addresses.js', import.meta.url), 'utf8');
    const context = createContext({});
    runInContext(source, context);
    rewrite = (method, uri, accept) => {
      const headers = accept === undefined ? {} : { accept: { value: accept } };
      return context.handler({ request: { method, uri, headers } }).uri;
    };
  });
  const page = 'text/html,application/xhtml+xml,*/*;q=0.8';

  it('are what CloudFront runs', async () => {
    const source = await readFile(new URL('../../infra/edge-functions/page-addresses.js', import.meta.url), 'utf8');
    templates('in a domain').frontend.hasResourceProperties('AWS::CloudFront::Function', {
      FunctionCode: source,
      FunctionConfig: Match.objectLike({ Runtime: 'cloudfront-js-2.0' }),
    });
  });

  it.each(['/', '/instances', '/instances/ins_01', '/instances/ins_01/', '/v1x', '/invitations/abc'])(
    '%s is the application',
    (uri) => {
      expect(rewrite('GET', uri, page)).toBe('/index.html');
      expect(rewrite('HEAD', uri, page)).toBe('/index.html');
    },
  );

  it.each([
    ['/config.json', 'GET', page],
    ['/assets/index-1.js', 'GET', page],
    ['/assets/missing', 'GET', page],
    ['/v1/me', 'GET', page],
    ['/v1', 'GET', page],
    ['/i/ins_01/mcp', 'GET', page],
    ['/instances', 'GET', 'application/json'],
    ['/instances', 'GET', undefined],
    ['/instances', 'POST', page],
  ])('%s asked for by %s and %s stays', (uri, method, accept) => {
    expect(rewrite(method, uri, accept)).toBe(uri);
  });
});

describe('the firewalls', () => {
  const rulesOf = (kind: Kind, stack: 'edge' | 'dataPlane') => {
    const [acl] = Object.values(templates(kind)[stack].findResources('AWS::WAFv2::WebACL'));
    return required(acl).Properties;
  };

  it.each([
    ['without a domain', 'edge', 'CLOUDFRONT', 20_000],
    ['in a domain', 'edge', 'CLOUDFRONT', 100_000],
    ['in a domain', 'dataPlane', 'REGIONAL', 100_000],
  ] as const)('%s, %s: let MCP clients pass first, then refuse floods and known attacks', (kind, stack, scope, limit) => {
    const acl = rulesOf(kind, stack);
    expect(acl).toMatchObject({
      Scope: scope,
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false },
    });
    const rules = [...acl.Rules].sort((one, other) => one.Priority - other.Priority);
    expect(rules.map(({ Name }) => Name)).toEqual([
      'McpClients',
      'Floods',
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
    ]);
    expect(rules[0]).toMatchObject({ Action: { Allow: {} }, Statement: { IPSetReferenceStatement: expect.anything() } });
    expect(rules[1]).toMatchObject({
      Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
      Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: limit, EvaluationWindowSec: 300 } },
    });
    templates(kind)[stack].hasResourceProperties('AWS::WAFv2::IPSet', { Addresses: ['160.79.104.0/21'], Scope: scope });
  });

  it('only count what would refuse honest MCP clients: bodies as they are, and programs without a name', () => {
    const groups = [...rulesOf('in a domain', 'dataPlane').Rules].filter(({ OverrideAction }) => OverrideAction !== undefined);
    const counted = groups.flatMap(({ Statement }) =>
      Statement.ManagedRuleGroupStatement.RuleActionOverrides.map((override: { Name: string; ActionToUse: object }) => {
        expect(override.ActionToUse).toEqual({ Count: {} });
        return override.Name;
      }),
    );
    expect(counted.sort()).toEqual([
      'CrossSiteScripting_BODY',
      'EC2MetaDataSSRF_BODY',
      'GenericLFI_BODY',
      'GenericRFI_BODY',
      'JavaDeserializationRCE_BODY',
      'Log4JRCE_BODY',
      'NoUserAgent_HEADER',
      'SizeRestrictions_BODY',
    ]);
    for (const { OverrideAction } of groups) expect(OverrideAction).toEqual({ None: {} });
  });

  it.each(kinds)('%s: write no token into their log, and keep it as long as all others', (kind) => {
    const stage = synthesized[kind];
    const logs = stage?.resources('AWS::WAFv2::LoggingConfiguration') ?? [];
    expect(logs).toHaveLength(kind === 'in a domain' ? 2 : 1);
    for (const [, { Properties }] of logs) {
      expect(Properties.RedactedFields).toEqual([
        ...['authorization', 'x-api-key', 'cookie'].map((Name) => ({ SingleHeader: { Name } })),
        { QueryString: {} },
      ]);
      expect(JSON.stringify(Properties.LogDestinationConfigs)).toMatch(/log-group:.*Firewall/);
    }
  });

  it('stand in front of each door that is open to the internet', () => {
    templates('in a domain').dataPlane.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
    templates('without a domain').dataPlane.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({ WebACLId: Match.anyValue() }),
    });
  });
});

describe('what CloudFront takes from us-east-1 alone', () => {
  it('is there, wherever the rest is', () => {
    expect(synthesized['in a domain']?.stacks.edge.region).toBe('us-east-1');
    expect(synthesized['in a domain']?.stacks.frontend.region).toBe('eu-central-1');
    templates('in a domain').edge.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'app.smartlead.example.com',
    });
  });
});

describe('mail', () => {
  it('comes from a domain that is proved and signed for, in our zone', () => {
    const { auth } = templates('in a domain');
    auth.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'smartlead.example.com' });
    auth.resourceCountIs('AWS::Route53::RecordSet', 3);
    auth.allResourcesProperties('AWS::Route53::RecordSet', { Type: 'CNAME' });
    auth.hasResourceProperties('AWS::Cognito::UserPool', {
      EmailConfiguration: Match.objectLike({
        EmailSendingAccount: 'DEVELOPER',
        From: 'Smartlead MCP <mcp@smartlead.example.com>',
      }),
    });
  });

  it('is left to Cognito where no domain is ours', () => {
    const { auth } = templates('without a domain');
    auth.resourceCountIs('AWS::SES::EmailIdentity', 0);
    auth.hasResourceProperties('AWS::Cognito::UserPool', { EmailConfiguration: Match.absent() });
  });
});
