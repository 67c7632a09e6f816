import { CfnOutput, Duration, Stack, type StackProps, Token } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { apiResources } from '../../functions/api/resources.ts';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { routesOf } from '../constructs/api-routes.ts';
import { HostedZone } from '../constructs/hosted-zone.ts';
import { RetainedLogGroup } from '../constructs/retained-log-group.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { apiFunctionAccess, resourcesNotOnAws } from '../function-access.ts';
import {
  accountEnvironment,
  customerSecretEnvironment,
  mailEnvironment,
  sealedTableEnvironment,
  sharedEnvironment,
  smartleadEnvironment,
} from '../function-environment.ts';
import { apiHost } from '../names.ts';

export interface ApiStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  userPool: cognito.IUserPool;
  dashboardClient: cognito.IUserPoolClient;
  resources: AccessibleResources & Required<Pick<AccessibleResources, 'lifecycle' | 'queues'>>;
  /** Image of instances that this release brings. */
  instanceImage: string;
  /** Base of the URLs that customers paste into MCP clients. */
  mcpUrl: string;
  /** Where customers open the dashboard, and where else it may be opened. */
  dashboardUrls: readonly [main: string, ...others: string[]];
  alarmTopic: ITopic;
}

/** The REST API: one function a resource behind one HTTP API, which checks Cognito's access tokens itself. */
export class ApiStack extends Stack {
  readonly api: apigateway.HttpApi;
  /** Base of the API's addresses, such as `https://api.example.com`. */
  readonly apiUrl: string;

  constructor(scope: Construct, id: string, { settings, ...props }: ApiStackProps) {
    super(scope, id, props);
    const name = settings.domainName === undefined ? undefined : this.publishName(settings, settings.domainName);
    this.api = this.createApi(settings, props.dashboardUrls, name);
    this.apiUrl = settings.domainName === undefined ? this.api.apiEndpoint : `https://${apiHost(settings.domainName)}`;

    const authorizer = new HttpUserPoolAuthorizer('AccessToken', props.userPool, { userPoolClients: [props.dashboardClient] });
    const environment = {
      ...sharedEnvironment(settings),
      ...customerSecretEnvironment(settings, props.resources.secretsKey),
      ...mailEnvironment(settings),
      ...smartleadEnvironment(settings),
      PUBLIC_URL: props.mcpUrl,
      INSTANCE_IMAGE: props.instanceImage,
      DASHBOARD_URL: props.dashboardUrls[0],
      ...sealedTableEnvironment(props.resources),
      MANAGER_QUEUE_URL: props.resources.queues.manager.queueUrl,
      LIFECYCLE_ARN: props.resources.lifecycle.machine.stateMachineArn,
    };
    for (const resource of apiResources) {
      if (resourcesNotOnAws.has(resource.name)) continue;
      const access = apiFunctionAccess[resource.name];
      if (access === undefined)
        throw new Error(`infra/function-access.ts does not say what the function ${resource.name} may do`);
      const handler = new ServiceFunction(this, resource.name, {
        settings,
        functionBundles: props.functionBundles,
        bundle: resource.name,
        description: `REST API: ${resource.name}`,
        environment: resource.name === 'me' ? { ...environment, ...accountEnvironment(settings) } : environment,
        permissions: accessStatements(this, access, props.resources),
        // API Gateway gives up after 30 seconds; a function that ends before can still say why.
        timeout: Duration.seconds(28),
      });
      const integration = new HttpLambdaIntegration(`${resource.name}-integration`, handler.function);
      for (const route of routesOf(resource)) {
        const routes = this.api.addRoutes({
          path: route.path,
          methods: [route.method],
          integration,
          ...(route.public
            ? { authorizer: new apigateway.HttpNoneAuthorizer() }
            : { authorizer, authorizationScopes: accessTokenScopes }),
        });
        if (!route.public) continue;
        for (const open of routes)
          acceptFinding(open, 'APIG4', 'Says what the service is and what it can do: nothing of anybody.');
      }
      new ServiceAlarm(this, `${resource.name}-errors`, {
        topic: props.alarmTopic,
        metric: handler.function.metricErrors({ period: alarmPeriod }),
        description: `The API function ${resource.name} crashed or timed out. Look at its log group first.`,
        threshold: 1,
      });
    }

    new ServiceAlarm(this, 'ServerErrors', {
      topic: props.alarmTopic,
      metric: this.api.metricServerError({ period: alarmPeriod }),
      description: 'The API answers with 5xx. Look at its access log first, which names the routes.',
      threshold: 5,
      periods: 2,
    });
    new CfnOutput(this, 'ApiUrl', { value: this.apiUrl });
  }

  /** A name in the deployment's own domain. The one that AWS gives is then shut: it accepts older TLS. */
  private publishName(settings: Settings, domainName: string): apigateway.DomainName {
    const { zone } = new HostedZone(this, 'Zone', { settings, domainName });
    const recordName = apiHost(domainName);
    const name = new apigateway.DomainName(this, 'DomainName', {
      domainName: recordName,
      certificate: new acm.Certificate(this, 'Certificate', {
        domainName: recordName,
        validation: acm.CertificateValidation.fromDns(zone),
      }),
      securityPolicy: apigateway.SecurityPolicy.TLS_1_2,
    });
    new route53.ARecord(this, 'Name', {
      zone,
      recordName,
      target: route53.RecordTarget.fromAlias(
        new ApiGatewayv2DomainProperties(name.regionalDomainName, name.regionalHostedZoneId),
      ),
    });
    return name;
  }

  private createApi(
    settings: Settings,
    dashboardUrls: readonly string[],
    name: apigateway.DomainName | undefined,
  ): apigateway.HttpApi {
    const api = new apigateway.HttpApi(this, 'Api', {
      apiName: `smartlead-mcp-${settings.stage}`,
      description: 'REST API of the Smartlead MCP service',
      createDefaultStage: false,
      corsPreflight: crossOriginRules(dashboardUrls.map(originOf)),
      disableExecuteApiEndpoint: name !== undefined,
    });
    const accessLog = new RetainedLogGroup(this, 'AccessLog', { settings });
    new apigateway.HttpStage(this, 'DefaultStage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      ...(name === undefined ? {} : { domainMapping: { domainName: name } }),
      throttle: { rateLimit: settings.apiRequestsPerSecond, burstLimit: settings.apiBurst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    return api;
  }
}

/**
 * One of these is in every access token of the dashboard, after SRP and after the code flow in this order, and none in an ID token.
 * Without them API Gateway would take ID tokens too.
 */
const accessTokenScopes = ['aws.cognito.signin.user.admin', 'openid'];

/**
 * What is recorded of each request. The route, not the path: so neither identifiers nor query strings are kept, and never a header.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  address: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  functionLatencyMs: '$context.integrationLatency',
  functionError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
};

/** An address that is only known when it is deployed has no path, and so is its own origin. */
function originOf(url: string): string {
  return Token.isUnresolved(url) ? url : new URL(url).origin;
}

/** Lets the dashboard, and no other site, call the API from a browser. */
function crossOriginRules(dashboardOrigins: string[]): apigateway.CorsPreflightOptions {
  const { GET, POST, PATCH, DELETE } = apigateway.CorsHttpMethod;
  return {
    allowOrigins: dashboardOrigins,
    allowMethods: [GET, POST, PATCH, DELETE],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
    exposeHeaders: ['idempotent-replayed', 'retry-after'],
    maxAge: Duration.hours(1),
  };
}
