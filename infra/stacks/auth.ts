import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { MailDomain } from '../constructs/mail-domain.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { eventFunctionAccess } from '../function-access.ts';
import { sharedEnvironment } from '../function-environment.ts';
import { isInHostedZone, mailDomain } from '../names.ts';

export interface AuthStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  resources: AccessibleResources;
  /** Where the dashboard is opened: sign-in may return to these alone. */
  dashboardUrls: readonly string[];
  alarmTopic: ITopic;
}

/** Name of the group whose members run the platform. The API reads it from the `cognito:groups` claim. */
export const operatorsGroup = 'operators';

/**
 * Accounts of the service: sign-in by verified e-mail address, a second factor by authenticator app for those who want one. The
 * dashboard signs in by SRP, so that the password never leaves the browser, or by authorization code with PKCE.
 */
export class AuthStack extends Stack {
  readonly userPool: cognito.UserPool;
  readonly dashboardClient: cognito.UserPoolClient;

  constructor(scope: Construct, id: string, { settings, ...props }: AuthStackProps) {
    super(scope, id, props);

    const { mailFrom } = settings;
    const sender =
      mailFrom !== undefined && isInHostedZone(mailDomain(mailFrom), settings)
        ? { address: mailFrom, domain: new MailDomain(this, 'Mail', { settings, domain: mailDomain(mailFrom) }) }
        : undefined;
    this.userPool = new cognito.UserPool(this, 'UserPool', {
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: settings.signUps === 'open',
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // Whoever has an access token may change what is mutable. The platform keeps the address of the sign-up, so this does, too.
      standardAttributes: { email: { required: true, mutable: false }, fullname: { required: false, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: false,
        tempPasswordValidity: Duration.days(3),
        passwordHistorySize: 5,
      },
      mfa: cognito.Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      // Else Cognito sends codes and invitations itself, at most fifty a day.
      ...(sender === undefined ? {} : { email: throughSes(this, sender.address) }),
      deletionProtection: settings.protectData,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });

    // Cognito tries whether it may send.
    if (sender !== undefined) this.userPool.node.addDependency(sender.domain);
    acceptFinding(this.userPool, 'COG1', 'Twelve characters of three kinds; NIST SP 800-63B advises against more kinds.');
    acceptFinding(this.userPool, 'COG2', 'A second factor is offered to everybody, and is for customers to choose.');
    acceptFinding(
      this.userPool,
      'COG8',
      'The plan Plus costs per user; sign-ins are limited by Cognito and refresh tokens rotate.',
    );
    new cognito.UserPoolGroup(this, 'Operators', {
      userPool: this.userPool,
      groupName: operatorsGroup,
      description: 'Run the platform and see all tenants',
    });

    this.#greet(settings, props);
    this.dashboardClient = this.userPool.addClient('Dashboard', {
      // A browser cannot keep a secret.
      generateSecret: false,
      authFlows: { userSrp: true },
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
        callbackUrls: [...props.dashboardUrls],
        logoutUrls: [...props.dashboardUrls],
      },
      supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
      // What is required has to be here, or Cognito refuses the client; the address is written once, at sign-up.
      writeAttributes: new cognito.ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.days(30),
      // Every refresh makes a new refresh token; the old one is good for another ten seconds, for two tabs at once.
      refreshTokenRotationGracePeriod: Duration.seconds(10),
    });

    // Such names are unique in a region over all accounts, hence the account number.
    const domain = this.userPool.addDomain('SignInDomain', {
      cognitoDomain: { domainPrefix: `smartlead-mcp-${settings.stage}-${Aws.ACCOUNT_ID}` },
      managedLoginVersion: cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // Without a style, the sign-in pages of this version answer with an error.
    new cognito.CfnManagedLoginBranding(this, 'SignInStyle', {
      userPoolId: this.userPool.userPoolId,
      clientId: this.dashboardClient.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    new CfnOutput(this, 'SignInUrl', { value: domain.baseUrl() });
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    new CfnOutput(this, 'DashboardClientId', { value: this.dashboardClient.userPoolClientId });
  }

  /** Somebody who confirmed their address gets their workspace, before they first sign in. */
  #greet(settings: Settings, props: Omit<AuthStackProps, 'settings'>): void {
    const handler = new ServiceFunction(this, 'PostConfirmation', {
      settings,
      functionBundles: props.functionBundles,
      bundle: 'post-confirmation',
      description: 'Somebody confirmed their address',
      environment: {
        ...sharedEnvironment(settings),
        TABLE_NAME: props.resources.table.tableName,
      },
      permissions: accessStatements(this, eventFunctionAccess['post-confirmation'], props.resources),
      // Cognito waits five seconds for it, and tries three times.
      timeout: Duration.seconds(5),
    });
    this.userPool.addTrigger(cognito.UserPoolOperation.POST_CONFIRMATION, handler.function);
    new ServiceAlarm(this, 'PostConfirmationErrors', {
      topic: props.alarmTopic,
      metric: handler.function.metricErrors({ period: alarmPeriod }),
      description: 'People who sign up get no workspace. Look at the log of this function.',
      threshold: 1,
    });
  }
}

/** Codes and invitations come from the service's own address, whose domain SES has proved. */
function throughSes(stack: Stack, address: string): cognito.UserPoolEmail {
  return cognito.UserPoolEmail.withSES({
    fromEmail: address,
    fromName: 'Smartlead MCP',
    sesVerifiedDomain: mailDomain(address),
    sesRegion: stack.region,
  });
}
