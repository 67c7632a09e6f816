import { z } from 'zod';
import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import { apiKeySecretName, lastFour, readPastedApiKey } from '../domain/api-key.ts';
import { quotas } from '../domain/quotas.ts';
import type { SecretReference, SmartleadKey, Subject } from '../ports.ts';
import { countAttempt } from './count-attempt.ts';
import { keyPath, nameField, pageOf, pageQuery, timeAnswer } from './fields.ts';
import { describeError } from './middleware/describe-error.ts';
import type { Platform } from './platform.ts';
import { restartInstancesOfKey } from './restart-instances-of-key.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { isDeleted } from './visible-instances.ts';

const keyAnswer = z
  .object({
    id: z.string(),
    label: z.string(),
    last4: z.string().meta({ description: 'The last four characters. The key itself never comes back.' }),
    status: z.enum(['valid', 'refused']).meta({ description: 'Whether Smartlead accepted the key when it was last used.' }),
    createdAt: timeAnswer,
    rotatedAt: timeAnswer.nullable(),
  })
  .meta({ id: 'Key' });

const apiKeyField = z
  .string()
  .superRefine((pasted, context) => {
    const read = readPastedApiKey(pasted);
    if ('refusal' in read) context.addIssue({ code: 'custom', message: read.refusal });
  })
  .trim()
  .meta({ format: 'password', description: 'As Smartlead shows it. White space around it is cut.', example: 'demo-example-key' });

const listKeys = defineRoute({
  method: 'GET',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'List the Smartlead keys of the workspace',
  access: 'viewer',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(keyAnswer) },
  async handle({ platform, subject, query }) {
    return { body: await platform.keys.list(subject.workspaceId, query) };
  },
});

const createKey = defineRoute({
  method: 'POST',
  path: '/v1/keys',
  operationId: 'createKey',
  summary: 'Store a Smartlead API key',
  description: 'The key is checked with Smartlead first. A refused key is not stored.',
  access: 'admin',
  body: z.strictObject({ label: nameField, apiKey: apiKeyField }),
  response: { status: 201, description: 'The key is stored, sealed.', schema: keyAnswer },
  problems: ['smartlead-key-refused', 'smartlead-unreachable', 'limit-reached'],
  auditAction: 'key.create',
  async handle({ platform, subject, body, audit }) {
    audit.details = { label: body.label };
    await checkWithSmartlead(platform, subject, body.apiKey);
    const now = platform.clock.now();
    const id = createIdentifier('key', now.getTime());
    audit.target = id;
    const secret = await platform.secrets.put(apiKeySecretName(id), body.apiKey);
    const key: SmartleadKey = {
      id,
      workspaceId: subject.workspaceId,
      label: body.label,
      last4: lastFour(body.apiKey),
      status: 'valid',
      secret,
      createdAt: now.toISOString(),
      rotatedAt: null,
    };
    try {
      await platform.keys.create(key, quotas.keysInWorkspace);
    } catch (error) {
      // Where the store went away the row may be there all the same, and needs its secret; else the sweep of orphaned secrets takes it.
      const isUncertain = error instanceof ProblemError && error.type === 'not-available';
      if (!isUncertain) await platform.secrets.delete(secret.name);
      throw error;
    }
    return { body: key };
  },
});

const deleteKey = defineRoute({
  method: 'DELETE',
  path: '/v1/keys/{id}',
  operationId: 'deleteKey',
  summary: 'Delete a Smartlead key',
  access: 'admin',
  params: keyPath,
  response: { status: 204, description: 'The key and all its versions are gone.' },
  problems: ['in-use'],
  auditAction: 'key.delete',
  async handle({ platform, subject, params, audit }) {
    const { label } = await findKey(platform, subject.workspaceId, params.id);
    audit.details = { label };
    const users = (await platform.instances.listByKey(subject.workspaceId, params.id)).filter((user) => !isDeleted(user));
    if (users.length > 0) {
      throw new ProblemError('in-use', {
        detail: `${users.length === 1 ? 'One instance uses' : `${users.length} instances use`} this key. Delete them first, or give them another key.`,
      });
    }
    // The row first: a crash in between leaves a secret that nothing points to and that can be found by its name.
    if (!(await platform.keys.delete(subject.workspaceId, params.id))) throw noSuchKey();
    await platform.secrets.delete(apiKeySecretName(params.id));
    return {};
  },
});

const rotateKey = defineRoute({
  method: 'POST',
  path: '/v1/keys/{id}/rotate',
  operationId: 'rotateKey',
  summary: 'Replace the API key behind a key',
  description:
    'The new key is checked with Smartlead first. Running instances that use it are restarted; their URLs stay the same.',
  access: 'admin',
  params: keyPath,
  body: z.strictObject({ apiKey: apiKeyField }),
  response: { status: 200, description: 'The new key is in use from now on.', schema: keyAnswer },
  problems: ['smartlead-key-refused', 'smartlead-unreachable', 'conflict'],
  auditAction: 'key.rotate',
  async handle({ platform, subject, params, body, audit }) {
    const { label } = await findKey(platform, subject.workspaceId, params.id);
    audit.details = { label };
    await checkWithSmartlead(platform, subject, body.apiKey);
    const secret = await platform.secrets.put(apiKeySecretName(params.id), body.apiKey);
    // Where this fails the key may or may not point at the new version; the sweep of orphaned secrets removes the other one.
    const key = await platform.keys.update(subject.workspaceId, params.id, {
      last4: lastFour(body.apiKey),
      status: 'valid',
      secret,
      rotatedAt: platform.clock.now().toISOString(),
    });
    if (key === undefined) {
      // Deleted in the meantime; the version that was just put would outlive it.
      await platform.secrets.delete(secret.name);
      throw noSuchKey();
    }
    await deleteReplacedVersions(platform, secret);
    audit.details.restartedInstances = await restartInstancesOfKey(platform, subject, params.id);
    return { body: key };
  },
});

export const keys: ApiResource = {
  name: 'keys',
  description: 'Smartlead API keys: pasted once, sealed, never shown again',
  routes: [listKeys, createKey, deleteKey, rotateKey],
};

/**
 * What reads a key asks for the version that its row names, so nobody reads older ones any more. Whoever read the row a moment ago
 * fails, and the restart that follows the rotation reads it again.
 */
async function deleteReplacedVersions(platform: Platform, secret: SecretReference): Promise<void> {
  try {
    await platform.secrets.deleteVersionsBefore(secret);
  } catch (error) {
    platform.logger.warn('The replaced version of a key could not be deleted; the sweep of orphaned secrets will', {
      secret: secret.name,
      ...describeError(error, []),
    });
  }
}

async function checkWithSmartlead(platform: Platform, subject: Subject, apiKey: string): Promise<void> {
  await countAttempt(platform.keyCheckLimiter, subject.userId);
  const verdict = await platform.smartleadKeyChecker.check(apiKey);
  if (verdict === 'refused') {
    throw new ProblemError('smartlead-key-refused', {
      detail: 'Copy the key again from your Smartlead settings. Nothing was stored.',
    });
  }
  if (verdict === 'unreachable') {
    throw new ProblemError('smartlead-unreachable', {
      detail: 'The key could not be checked, so nothing was stored. Try again in a minute.',
    });
  }
}

async function findKey(platform: Platform, workspaceId: string, keyId: string): Promise<SmartleadKey> {
  const key = await platform.keys.find(workspaceId, keyId);
  if (key === undefined) throw noSuchKey();
  return key;
}

function noSuchKey(): ProblemError {
  return new ProblemError('not-found', { detail: 'There is no key with this id in your workspace.' });
}
