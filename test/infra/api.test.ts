import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiResources } from '../../functions/api/resources.ts';
import {
  always,
  onSecretsKey,
  permissionsByFunction,
  platformSecrets,
  read,
  readWrite,
  secretsManager,
  startLifecycle,
  tellManager,
} from './permissions.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

let stage: SynthesizedStage;
let api: Template;
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  const overrides = {
    dashboardUrl: 'https://app.example.com/start',
    domainName: 'smartlead.example.com',
    hostedZoneId: 'Z0123456789ABCDEFGHIJ',
    hostedZoneName: 'example.com',
  };
  stage = await synthesizeStage('prod', { functionBundles: bundles.folder, overrides });
  ({ api } = stage.templates);
});
afterAll(() => removeBundles());

describe('the HTTP API', () => {
  const deployedResources = apiResources.filter(({ name }) => name !== 'auth');
  const deployedRoutes = deployedResources.flatMap((resource) =>
    resource.routes.map((route) => ({ resource: resource.name, ...route })),
  );

  it('has each route of each resource once, and no other', () => {
    const keys = stage.resources('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
    expect(keys.sort()).toEqual(deployedRoutes.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(deployedRoutes)(
    '$method $path is for $access and goes to the function $resource',
    ({ method, path, access, resource }) => {
      const [route] = Object.values(
        api.findResources('AWS::ApiGatewayV2::Route', { Properties: { RouteKey: `${method} ${path}` } }),
      );
      expect(route?.Properties).toMatchObject(
        access === 'public'
          ? { AuthorizationType: 'NONE' }
          : {
              AuthorizationType: 'JWT',
              AuthorizerId: { Ref: expect.stringMatching(/AccessToken/) },
              // Without scopes an ID token would do as well.
              AuthorizationScopes: ['aws.cognito.signin.user.admin', 'openid'],
            },
      );
      if (access === 'public') expect(route?.Properties).not.toHaveProperty('AuthorizerId');

      const integrationId = /integrations\/.*?"Ref":"(\w+)"|"Ref":"(\w+)"/.exec(JSON.stringify(route?.Properties.Target));
      const integration = api.findResources('AWS::ApiGatewayV2::Integration')[integrationId?.[1] ?? integrationId?.[2] ?? ''];
      const functionId = integration?.Properties.IntegrationUri['Fn::GetAtt'][0];
      expect(api.findResources('AWS::Lambda::Function')[functionId]?.Properties.Description).toBe(`REST API: ${resource}`);
      expect(integration?.Properties.PayloadFormatVersion).toBe('2.0');
    },
  );

  it('leaves the routes that Cognito takes the place of away', () => {
    expect(JSON.stringify(api.findResources('AWS::ApiGatewayV2::Route'))).not.toContain('/v1/auth/');
  });

  it("accepts tokens of this pool's dashboard client only", () => {
    api.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    const [authorizer] = Object.values(api.findResources('AWS::ApiGatewayV2::Authorizer'));
    expect(authorizer?.Properties).toMatchObject({ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] });
    expect(JSON.stringify(authorizer?.Properties.JwtConfiguration)).toMatch(/Audience.*UserPoolDashboard.*Issuer.*cognito-idp/);
  });

  it('limits the rate and records requests without paths, query strings and headers', () => {
    const [defaultStage] = Object.values(api.findResources('AWS::ApiGatewayV2::Stage'));
    expect(defaultStage?.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
      AccessLogSettings: { DestinationArn: { 'Fn::GetAtt': [expect.stringMatching(/^AccessLog/), 'Arn'] } },
    });
    const format: Record<string, string> = JSON.parse(defaultStage?.Properties.AccessLogSettings.Format);
    expect(Object.values(format).sort()).toEqual([
      '$context.authorizer.error',
      '$context.identity.sourceIp',
      '$context.integrationErrorMessage',
      '$context.integrationLatency',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.routeKey',
      '$context.status',
    ]);
  });

  it('lets browsers in from the dashboard only', () => {
    api.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ['https://app.smartlead.example.com', 'https://app.example.com'],
        AllowHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
        AllowCredentials: Match.absent(),
      }),
    });
  });

  it('in a domain has a name of its own, takes TLS 1.2 and later there, and nothing elsewhere', () => {
    api.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    api.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'api.smartlead.example.com',
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2' })],
    });
    api.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'api.smartlead.example.com.', Type: 'A' });
    api.hasOutput('ApiUrl', { Value: 'https://api.smartlead.example.com' });
  });

  it('lets functions answer before API Gateway gives up, and tells them where customers reach the service', () => {
    for (const [id, { Properties }] of Object.entries(api.findResources('AWS::Lambda::Function'))) {
      expect({ id, ...Properties }).toMatchObject({ Timeout: 28 });
      expect({ id, ...Properties.Environment.Variables }).toMatchObject({
        id,
        PUBLIC_URL: 'https://mcp.smartlead.example.com',
        DASHBOARD_URL: 'https://app.smartlead.example.com',
      });
    }
  });

  it('may call a function through its own routes only', () => {
    for (const { Properties } of Object.values(api.findResources('AWS::Lambda::Permission'))) {
      expect(Properties).toMatchObject({ Principal: 'apigateway.amazonaws.com', Action: 'lambda:InvokeFunction' });
      expect(JSON.stringify(Properties.SourceArn)).toContain('/v1/');
    }
  });

  it('has an alarm for each function and for the whole', () => {
    api.resourceCountIs('AWS::CloudWatch::Alarm', deployedResources.length + 1);
    api.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/ApiGateway', MetricName: '5xx' });
  });
});

describe('the permissions of the API functions', () => {
  it('are these', () => {
    const changes = [...readWrite, platformSecrets('data-plane'), onSecretsKey('Decrypt')];
    const operations = [startLifecycle, tellManager];
    const table: Record<string, string[]> = {
      installation: read,
      me: readWrite,
      keys: [
        ...readWrite,
        platformSecrets('data-plane'),
        ...secretsManager(
          'CreateSecret, DeleteSecret, DescribeSecret, PutSecretValue, RestoreSecret, UpdateSecretVersionStage',
          'Decrypt, GenerateDataKey',
        ),
        ...operations,
      ],
      instances: [...changes, ...operations],
      tokens: changes,
      connections: read,
      logs: read,
      usage: read,
      audit: read,
      admin: [...changes, tellManager],
      tools: [],
      metrics: read,
      'argument-logging': [...changes, ...operations],
      'alert-rules': changes,
      alerts: [...read, platformSecrets('data-plane'), onSecretsKey('Decrypt')],
      openapi: [],
    };
    const expected = Object.entries(table).map(([name, own]) => [`REST API: ${name}`, [...always, ...own].sort()]);
    expect(permissionsByFunction(api)).toEqual(Object.fromEntries(expected));
  });

  it('come from no managed policy', () => {
    for (const { Properties } of Object.values(api.findResources('AWS::IAM::Role'))) {
      expect(Properties.ManagedPolicyArns ?? []).toEqual([]);
    }
  });
});
