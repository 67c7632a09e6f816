import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long what was read is kept: as long as programs may go on with a secret that was rotated. */
const keptMilliseconds = 5 * 60_000;
/** How soon it is read again where somebody met what it does not explain; not more often, whatever strangers send. */
const soonestMilliseconds = 5_000;

/**
 * A secret of the platform itself, read when it is first needed, and again every few minutes. Nobody starts functions anew that are
 * called all the time, and tasks that are started after a rotation know the new secret alone.
 */
export class PlatformSecret {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #arn: string;
  readonly #stage: 'AWSCURRENT' | 'AWSPREVIOUS';
  #value: Promise<string | undefined> | undefined;
  /**
   * By two clocks, of which the one counts that says more: the wall clock may be set back, and the other one stands still while Lambda
   * freezes a function between two calls, so that it may count seconds in hours.
   * Source: https://github.com/hashicorp/vault-lambda-extension/pull/150
   */
  #askedAt = { wall: 0, monotonic: 0 };

  /** @param stage Label of the version that is read. There may be none before the current one. */
  constructor(client: Pick<SecretsManagerClient, 'send'>, arn: string, stage: 'AWSCURRENT' | 'AWSPREVIOUS' = 'AWSCURRENT') {
    this.#client = client;
    this.#arn = arn;
    this.#stage = stage;
  }

  /**
   * Any number of callers at once read it once. Where it could not be read, the next caller tries again; where it could not be read
   * again, it stays as it was.
   */
  async read(): Promise<string> {
    const value = await this.find();
    if (value === undefined) throw new Error('A secret of the platform has no such version.');
    return value;
  }

  /** The same for a version that may not exist: `undefined` then. */
  find(): Promise<string | undefined> {
    return this.#readAfter(keptMilliseconds);
  }

  /** The same for somebody who has met what another version may explain: some seconds old at most. */
  findNewest(): Promise<string | undefined> {
    return this.#readAfter(soonestMilliseconds);
  }

  #readAfter(milliseconds: number): Promise<string | undefined> {
    const now = { wall: Date.now(), monotonic: performance.now() };
    const known = this.#value;
    const age = Math.max(now.wall - this.#askedAt.wall, now.monotonic - this.#askedAt.monotonic);
    if (known !== undefined && age < milliseconds) return known;
    this.#askedAt = now;
    this.#value = this.#fetch().catch((error) => {
      if (known !== undefined) return known;
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  async #fetch(): Promise<string | undefined> {
    const request = { SecretId: this.#arn, VersionStage: this.#stage };
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand(request));
      if (SecretString === undefined) throw new Error('A secret of the platform holds no text.');
      return SecretString;
    } catch (error) {
      // Never rotated: there is no version before.
      if (this.#stage === 'AWSPREVIOUS' && error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }
}
