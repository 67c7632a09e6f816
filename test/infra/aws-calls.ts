import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What IAM calls the service of a client. */
const servicesOfClients: Readonly<Record<string, string>> = {
  dynamodb: 'dynamodb',
  ecs: 'ecs',
  kms: 'kms',
  'secrets-manager': 'secretsmanager',
  sesv2: 'ses',
  sfn: 'states',
  sqs: 'sqs',
};

/** Requests that IAM knows by another name. Source: the Service Authorization Reference of each service. */
const otherNames: Readonly<Record<string, string>> = {
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
};

/** What ElectroDB sends on behalf of the stores; a transaction is allowed by the actions of its parts, and none of ours only checks. */
const throughElectro = ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
  (action) => `dynamodb:${action}`,
);

/** Sources whose code is in the bundle of a program, from the root of the project; packages are left out. */
export async function sourcesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([source]) => source),
  );
}

/** IAM actions of all requests to AWS that code among these sources can make. */
export async function callsIn(sources: readonly string[]): Promise<Set<string>> {
  const ours = sources.filter((source) => /^(core|container|functions)\//.test(source));
  const texts = await Promise.all(ours.map((source) => readFile(join(root, source), 'utf8')));
  return new Set(texts.flatMap(callsOfSource));
}

function callsOfSource(text: string): string[] {
  const imports = [...text.matchAll(/import \{([^}]*)\} from '(@aws-sdk\/[\w-]+|electrodb)'/g)];
  return imports.flatMap(([, names = '', from = '']) => {
    const values = names.split(',').map((name) => name.trim());
    const used = values.filter((name) => name !== '' && !name.startsWith('type '));
    if (from === 'electrodb') return used.length > 0 ? throughElectro : [];
    if (from === '@aws-sdk/rds-signer') return used.length > 0 ? ['rds-db:connect'] : [];
    return used.flatMap((name) => actionOf(from, name) ?? []);
  });
}

/** The IAM action of a request, by its command or paginator and the package that it is of; `undefined` for anything else of it. */
export function actionOf(from: string, name: string): string | undefined {
  const operation = /^(?:paginate([A-Z]\w+)|([A-Z]\w+)Command)$/.exec(name);
  if (operation === null || !from.startsWith('@aws-sdk/client-')) return undefined;
  const service = servicesOfClients[from.slice('@aws-sdk/client-'.length)];
  if (service === undefined) throw new Error(`which permissions ${from} needs is not known here`);
  const action = `${service}:${operation[1] ?? operation[2]}`;
  return otherNames[action] ?? action;
}
