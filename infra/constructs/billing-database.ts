import { createHash } from 'node:crypto';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from './accepted-findings.ts';
import { RetainedLogGroup } from './retained-log-group.ts';

export interface BillingDatabaseProps {
  settings: Settings;
  vpc: ec2.IVpc;
  encryptionKey: kms.IKey;
}

/**
 * PostgreSQL for billing, without a public address and in subnets without a way out. Functions sign in with short-lived IAM tokens
 * and so hold no password; the password of the master user is made, kept and rotated by RDS itself in Secrets Manager.
 */
export class BillingDatabase extends Construct {
  readonly instance: rds.DatabaseInstance | rds.DatabaseInstanceFromSnapshot;
  /** Whoever is in this group may connect; nobody else can. */
  readonly clients: ec2.SecurityGroup;
  /** Encrypts the database and the password of its master user. */
  readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, { settings, vpc, encryptionKey }: BillingDatabaseProps) {
    super(scope, id);
    this.encryptionKey = encryptionKey;
    const engine = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_18_3 });

    this.clients = new ec2.SecurityGroup(this, 'Clients', {
      vpc,
      description: 'May connect to the billing database',
      allowAllOutbound: false,
    });
    const server = new ec2.SecurityGroup(this, 'Server', { vpc, description: 'The billing database', allowAllOutbound: false });
    this.clients.connections.allowTo(server, ec2.Port.tcp(5432), 'PostgreSQL');

    const { databaseSnapshot } = settings;
    const instanceIdentifier = databaseName(settings);
    // RDS would create this log group at its first export, and then keep the logs for ever.
    const logGroup = new RetainedLogGroup(this, 'Logs', {
      settings,
      logGroupName: `/aws/rds/instance/${instanceIdentifier}/postgresql`,
    });

    const shared = {
      instanceIdentifier,
      engine,
      instanceType: new ec2.InstanceType(settings.databaseInstanceClass),
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      publiclyAccessible: false,
      securityGroups: [server],
      multiAz: settings.databaseMultiAz,
      storageType: rds.StorageType.GP3,
      allocatedStorage: settings.databaseStorageGibibytes,
      maxAllocatedStorage: settings.databaseStorageLimitGibibytes,
      iamAuthentication: true,
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS only; connections and statements over a second are logged, without their parameters',
        parameters: {
          'rds.force_ssl': '1',
          log_connections: '1',
          log_disconnections: '1',
          log_min_duration_statement: '1000',
          log_parameter_max_length: '0',
          log_parameter_max_length_on_error: '0',
        },
      }),
      cloudwatchLogsExports: ['postgresql'],
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: encryptionKey,
      backupRetention: Duration.days(settings.databaseBackupDays),
      preferredBackupWindow: '02:00-03:00',
      preferredMaintenanceWindow: 'sun:03:30-sun:04:30',
      deleteAutomatedBackups: !settings.protectData,
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      deletionProtection: settings.protectData,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    } satisfies rds.DatabaseInstanceSourceProps;
    this.instance =
      databaseSnapshot === undefined
        ? new rds.DatabaseInstance(this, 'Instance', {
            ...shared,
            databaseName: 'billing',
            storageEncrypted: true,
            storageEncryptionKey: encryptionKey,
            credentials: rds.Credentials.fromUsername('platform', { encryptionKey }),
            manageMasterUserPassword: true,
          })
        : new rds.DatabaseInstanceFromSnapshot(this, 'Instance', { ...shared, snapshotIdentifier: databaseSnapshot });
    if (databaseSnapshot !== undefined) {
      // The toolkit does not know yet that RDS takes this with a snapshot, too. The user's name is in the snapshot.
      this.#resource.manageMasterUserPassword = true;
      this.#resource.masterUserSecret = { kmsKeyId: encryptionKey.keyArn };
      acceptFinding(
        this.instance,
        'RDS2',
        'Encrypted as the snapshot is, with its key; CloudFormation takes no other word for it.',
      );
    }
    this.instance.node.addDependency(logGroup);
    acceptFinding(this.instance, 'RDS11', 'Who may connect is decided by a security group and IAM; another port hides nothing.');
    if (!settings.databaseMultiAz) acceptFinding(this.instance, 'RDS3', 'A deployment to develop with; prod has to be Multi-AZ.');
    if (!settings.protectData) {
      acceptFinding(this.instance, 'RDS10', 'A deployment to develop with, which may be deleted; prod has to be protected.');
    }
  }

  /** Where RDS keeps the password of the master user. */
  get masterSecretArn(): string {
    return this.#resource.attrMasterUserSecretSecretArn;
  }

  /** By which IAM knows it, such as `db-ABCDEFGHIJKLMNOPQRSTUVWXYZ`. */
  get resourceId(): string {
    return this.#resource.attrDbiResourceId;
  }

  get #resource(): rds.CfnDBInstance {
    return this.instance.node.defaultChild as rds.CfnDBInstance;
  }
}

/**
 * Name of the database. One from a snapshot has another: so it can be made while the one before it is still there, whether CloudFormation
 * is about to replace that or has kept it.
 */
function databaseName({ stage, databaseSnapshot }: Settings): string {
  const name = `smartlead-mcp-${stage}-billing`;
  if (databaseSnapshot === undefined) return name;
  return `${name}-${createHash('sha256').update(databaseSnapshot).digest('hex').slice(0, 8)}`;
}
