import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

interface Version {
  value: string;
  labels: Set<string>;
}

interface Secret {
  arn: string;
  keyArn: string;
  isDeleted: boolean;
  versions: Map<string, Version>;
}

/** What is done with each request before it takes effect and after it; may reject, as a process that ends there. */
export interface RequestHooks {
  before?(): Promise<void>;
  after?(): Promise<void>;
}

type Input = Record<string, unknown> & {
  SecretId: string;
  Name: string;
  VersionId: string;
  ClientRequestToken: string;
  SecretString: string;
  VersionStages: string[];
  VersionStage: string;
  RemoveFromVersionId?: string;
  MoveToVersionId?: string;
  KmsKeyId: string;
  RecoveryWindowInDays: number;
};

/**
 * Secrets Manager as its documentation describes it, in memory, for clients of the SDK. Stricter than the emulator, which lets values be
 * put into deleted secrets, takes labels from versions that are replaced, and knows no limit of labels.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export class SecretsManagerDouble {
  readonly secrets = new Map<string, Secret>();
  /** Names of the requests that were made. */
  readonly requests: string[] = [];
  #created = 0;

  client(hooks: RequestHooks = {}): SecretsManagerClient {
    const client = new SecretsManagerClient({ region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
    client.middlewareStack.add(
      (_next, { commandName = '' }) =>
        async ({ input }) => {
          await hooks.before?.();
          this.requests.push(commandName);
          const output = this.#answer(commandName, input as Input);
          await hooks.after?.();
          return { output: { $metadata: {}, ...output } as never, response: {} };
        },
      { step: 'initialize', name: 'double' },
    );
    return client;
  }

  /** Staging labels of the versions that have any. */
  labels(name: string): string[][] {
    return [...(this.secrets.get(name)?.versions.values() ?? [])].map(({ labels }) => [...labels].sort());
  }

  #answer(command: string, input: Input): object {
    switch (command) {
      case 'CreateSecretCommand':
        return this.#create(input);
      case 'PutSecretValueCommand':
        return this.#put(input);
      case 'GetSecretValueCommand':
        return this.#get(input);
      case 'DescribeSecretCommand':
        return this.#describe(this.#find(input));
      case 'UpdateSecretVersionStageCommand':
        return this.#updateLabel(input);
      case 'DeleteSecretCommand':
        return this.#delete(input);
      case 'RestoreSecretCommand':
        return this.#restore(input);
      case 'ListSecretsCommand':
        return this.#list(input);
      default:
        throw new Error(`the double knows no ${command}`);
    }
  }

  #create({ Name, KmsKeyId }: Input): object {
    const present = this.secrets.get(Name);
    if (present?.isDeleted) throw refusal('InvalidRequestException', 'scheduled for deletion');
    if (present) throw refusal('ResourceExistsException', 'exists');
    this.#created += 1;
    const arn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${Name}-${String(this.#created).padStart(6, '0')}`;
    this.secrets.set(Name, { arn, keyArn: KmsKeyId, isDeleted: false, versions: new Map() });
    return { ARN: arn };
  }

  #put({ SecretId, ClientRequestToken: id, SecretString: value, VersionStages }: Input): object {
    const { versions } = this.#usable({ SecretId });
    const present = versions.get(id);
    if (present !== undefined && present.value !== value) throw refusal('ResourceExistsException', 'token in use');
    if (present !== undefined) return {};
    const labels = new Set(VersionStages);
    if (versions.size === 0) labels.add('AWSCURRENT');
    const others = [...versions.values()].flatMap((version) => [...version.labels].filter((label) => !labels.has(label)));
    if (others.length + labels.size > 20) throw refusal('LimitExceededException', 'too many labels');
    for (const version of versions.values()) for (const label of labels) version.labels.delete(label);
    versions.set(id, { value, labels });
    return {};
  }

  #get({ SecretId, VersionId }: Input): object {
    const version = this.#usable({ SecretId }).versions.get(VersionId);
    if (version === undefined) throw refusal('ResourceNotFoundException', 'no such version');
    return { SecretString: version.value, ...(version.labels.size > 0 ? { VersionStages: [...version.labels] } : {}) };
  }

  #describe({ arn, isDeleted, versions }: Secret): object {
    const labelled = [...versions].filter(([, { labels }]) => labels.size > 0).map(([id, { labels }]) => [id, [...labels]]);
    const stages = labelled.length > 0 ? Object.fromEntries(labelled) : undefined;
    return {
      ARN: arn,
      CreatedDate: new Date(0),
      VersionIdsToStages: stages,
      SecretVersionsToStages: stages,
      ...(isDeleted ? { DeletedDate: new Date() } : {}),
    };
  }

  #updateLabel({ SecretId, VersionStage: label, RemoveFromVersionId, MoveToVersionId }: Input): object {
    const { versions } = this.#usable({ SecretId });
    const holder = [...versions].find(([, { labels }]) => labels.has(label))?.[0];
    if (holder !== RemoveFromVersionId) throw refusal('InvalidParameterException', 'the label is elsewhere');
    if (label === 'AWSCURRENT' && MoveToVersionId === undefined)
      throw refusal('InvalidParameterException', 'has to be somewhere');
    const target = MoveToVersionId === undefined ? undefined : versions.get(MoveToVersionId);
    if (MoveToVersionId !== undefined && target === undefined) throw refusal('ResourceNotFoundException', 'no such version');
    if (holder !== undefined) versions.get(holder)?.labels.delete(label);
    target?.labels.add(label);
    if (label === 'AWSCURRENT' && holder !== undefined) {
      for (const { labels } of versions.values()) labels.delete('AWSPREVIOUS');
      versions.get(holder)?.labels.add('AWSPREVIOUS');
    }
    return {};
  }

  #delete({ SecretId, RecoveryWindowInDays: days }: Input): object {
    if (!(days >= 7 && days <= 30)) throw refusal('InvalidParameterException', 'no such window');
    this.#usable({ SecretId }).isDeleted = true;
    return {};
  }

  #restore({ SecretId }: Input): object {
    const secret = this.#find({ SecretId });
    if (!secret.isDeleted) throw refusal('InvalidRequestException', 'is not deleted');
    secret.isDeleted = false;
    return {};
  }

  #list({ Filters, NextToken }: Input): object {
    const [{ Values: [prefix = ''] = [] } = {}] = Filters as { Values?: string[] }[];
    const all = [...this.secrets].filter(([name, { isDeleted }]) => !isDeleted && name.startsWith(prefix));
    // Pages of two, so that there are some.
    const from = Number(NextToken ?? 0);
    const page = all.slice(from, from + 2).map(([Name, secret]) => ({ Name, ...this.#describe(secret) }));
    return { SecretList: page, ...(from + 2 < all.length ? { NextToken: String(from + 2) } : {}) };
  }

  #find({ SecretId }: Pick<Input, 'SecretId'>): Secret {
    const secret = this.secrets.get(SecretId) ?? [...this.secrets.values()].find(({ arn }) => arn === SecretId);
    if (secret === undefined) throw refusal('ResourceNotFoundException', 'no such secret');
    return secret;
  }

  #usable(input: Pick<Input, 'SecretId'>): Secret {
    const secret = this.#find(input);
    if (secret.isDeleted) throw refusal('InvalidRequestException', 'is marked deleted');
    return secret;
  }
}

function refusal(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}
