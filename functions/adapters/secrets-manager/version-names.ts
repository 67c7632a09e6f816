const digits = 32;
const label = /^version-(\d{1,16})$/;

/**
 * The `VersionId` of a version in Secrets Manager, which is the `ClientRequestToken` that it is put with: the number, in the form of a
 * UUID. So the same version that is put twice is stored once, and no number can stand for two values.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function versionIdOf(version: number): string {
  const text = String(version).padStart(digits, '0');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** The staging label that a version has as long as it is to be found. */
export function labelOf(version: number): string {
  return `version-${version}`;
}

/** The version that one of these staging labels names; `undefined` where it was ended, or is none of ours. */
export function labelledVersion(labels: readonly string[] = []): number | undefined {
  for (const text of labels) {
    const number = label.exec(text)?.[1];
    if (number !== undefined) return Number(number);
  }
  return undefined;
}
