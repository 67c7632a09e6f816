import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * A secret of the platform itself, read when it is first needed and kept from then on: programs that run for minutes or hours are
 * started anew when it was rotated.
 */
export class PlatformSecret {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #arn: string;
  #value: Promise<string> | undefined;

  constructor(client: Pick<SecretsManagerClient, 'send'>, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /** Any number of callers at once read it once. Where it could not be read, the next caller tries again. */
  read(): Promise<string> {
    this.#value ??= this.#fetch().catch((error) => {
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  async #fetch(): Promise<string> {
    const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    if (SecretString === undefined) throw new Error('A secret of the platform holds no text.');
    return SecretString;
  }
}
