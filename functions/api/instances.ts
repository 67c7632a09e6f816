import { z } from 'zod';
import { createIdentifier, identifierSchema } from '../../core/identifiers.ts';
import { instanceModeSchema, instanceSizeSchema } from '../../core/instance-configuration.ts';
import { policySchema } from '../../core/policy.ts';
import { ProblemError } from '../../core/problem.ts';
import { instanceDefaults, newInstance } from '../domain/instance-creation.ts';
import {
  decideAfterSettingsChange,
  decideDeletion,
  decideOperation,
  type InstanceWish,
  mayWaitForNextTry,
} from '../domain/instance-operations.ts';
import { quotas } from '../domain/quotas.ts';
import type { InstanceChange, LifecycleOperation } from '../ports.ts';
import { instancePath, nameField, pageOf, pageQuery } from './fields.ts';
import { instanceAnswer, showInstance } from './instance-answer.ts';
import {
  allowedToolsField,
  allowField,
  deniedToolsField,
  maxReplicasField,
  sleepAfterField,
  toolsetsField,
} from './instance-settings.ts';
import type { Platform } from './platform.ts';
import { appendInstanceEvent, requestOperation } from './request-operation.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { changeVisibleInstance, findVisibleInstance, visiblePage } from './visible-instances.ts';

const listInstances = defineRoute({
  method: 'GET',
  path: '/v1/instances',
  operationId: 'listInstances',
  summary: 'List the instances of the workspace',
  access: 'viewer',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(instanceAnswer) },
  async handle({ platform, subject, query }) {
    const { items, nextCursor } = await visiblePage((page) => platform.instances.list(subject.workspaceId, page), query);
    return { body: { items: items.map((instance) => showInstance(instance, platform)), nextCursor } };
  },
});

const createInstance = defineRoute({
  method: 'POST',
  path: '/v1/instances',
  operationId: 'createInstance',
  summary: 'Create an instance and start it',
  description: 'Answers at once with status `provisioning`; read the instance again to see it running.',
  access: 'member',
  body: z.strictObject({
    name: nameField,
    keyId: identifierSchema('key'),
    mode: instanceModeSchema.default(instanceDefaults.mode),
    toolsets: toolsetsField.default(null),
    policy: policySchema.default(instanceDefaults.policy),
    allow: allowField.default([]),
    allowedTools: allowedToolsField.default(null),
    deniedTools: deniedToolsField.default(null),
    size: instanceSizeSchema.default(instanceDefaults.size),
    sleepAfterSeconds: sleepAfterField.default(instanceDefaults.sleepAfterSeconds),
    maxReplicas: maxReplicasField.default(instanceDefaults.maxReplicas),
  }),
  response: { status: 201, description: 'The instance is being started.', schema: instanceAnswer },
  problems: ['not-found', 'limit-reached'],
  auditAction: 'instance.create',
  async handle({ platform, subject, body, audit }) {
    audit.details = auditedSettings(body);
    await requireKey(platform, subject.workspaceId, body.keyId);
    const now = platform.clock.now();
    const instance = newInstance(createIdentifier('instance', now.getTime()), subject.workspaceId, body, now.toISOString());
    audit.target = instance.id;
    await platform.instances.create(instance, quotas.instancesInWorkspace);
    await appendInstanceEvent(platform, instance.id, 'created', 'The instance was created.');
    await requestOperation(platform, instance.id, 'start');
    return {
      body: showInstance(instance, platform),
      headers: { location: `/v1/instances/${instance.id}` },
    };
  },
});

const getInstance = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}',
  operationId: 'getInstance',
  summary: 'Read an instance',
  access: 'viewer',
  params: instancePath,
  response: { status: 200, description: 'The instance.', schema: instanceAnswer },
  async handle({ platform, subject, params }) {
    return { body: showInstance(await findVisibleInstance(platform, subject, params.id), platform) };
  },
});

const updateInstance = defineRoute({
  method: 'PATCH',
  path: '/v1/instances/{id}',
  operationId: 'updateInstance',
  summary: 'Change the name or the settings of an instance',
  description:
    'A change of anything but the name, the idle time and the number of replicas restarts a running instance; a sleeping one takes it at its next wake. Its URLs stay the same.',
  access: 'member',
  params: instancePath,
  body: z.strictObject({
    name: nameField.optional(),
    keyId: identifierSchema('key').optional(),
    mode: instanceModeSchema.optional(),
    toolsets: toolsetsField.optional(),
    policy: policySchema.optional(),
    allow: allowField.optional(),
    allowedTools: allowedToolsField.optional(),
    deniedTools: deniedToolsField.optional(),
    size: instanceSizeSchema.optional(),
    sleepAfterSeconds: sleepAfterField.optional(),
    maxReplicas: maxReplicasField.optional(),
  }),
  response: { status: 200, description: 'The instance as it is now.', schema: instanceAnswer },
  problems: ['not-found', 'conflict'],
  auditAction: 'instance.update',
  async handle({ platform, subject, params, body, audit }) {
    audit.details = auditedSettings(body);
    await findVisibleInstance(platform, subject, params.id);
    if (body.keyId !== undefined) await requireKey(platform, subject.workspaceId, body.keyId);
    const { instance, decision } = await changeVisibleInstance(platform, subject, params.id, (present) => {
      const change = differences(present, body);
      const names = Object.keys(change);
      if (names.length === 0) return undefined;
      const restart = names.some((name) => !takesEffectAtOnce.has(name)) ? decideAfterSettingsChange(present) : undefined;
      return { change: { ...change, ...restart?.change }, operation: restart?.operation };
    });
    audit.unchanged = decision === undefined;
    if (decision?.operation !== undefined) {
      await appendInstanceEvent(
        platform,
        instance.id,
        'settings-changed',
        'Settings were changed; the instance restarts with them.',
      );
      await requestOperation(platform, instance.id, decision.operation, 'It takes its changed settings.');
    }
    return { body: showInstance(instance, platform) };
  },
});

const deleteInstance = defineRoute({
  method: 'DELETE',
  path: '/v1/instances/{id}',
  operationId: 'deleteInstance',
  summary: 'Delete an instance with its tokens',
  access: 'member',
  params: instancePath,
  response: { status: 204, description: 'The instance is gone from all lists; its process ends.' },
  problems: ['conflict'],
  auditAction: 'instance.delete',
  async handle({ platform, subject, params, audit }) {
    const { instance } = await changeVisibleInstance(platform, subject, params.id, decideDeletion);
    audit.details = { name: instance.name };
    await requestOperation(platform, params.id, 'delete');
    return {};
  },
});

export const instances: ApiResource = {
  name: 'instances',
  description: 'MCP servers, each alone with one Smartlead key',
  routes: [
    listInstances,
    createInstance,
    getInstance,
    updateInstance,
    deleteInstance,
    wishRoute('start', 'Start an instance', 'It is running, or on its way.'),
    wishRoute('stop', 'Stop an instance', 'It is stopped, or on its way. Its URLs answer nobody until it is started again.'),
    wishRoute('restart', 'Restart an instance', 'It is on its way. Its URLs stay the same.'),
  ],
};

function wishRoute(wish: InstanceWish, summary: string, outcome: string) {
  return defineRoute({
    method: 'POST',
    path: `/v1/instances/{id}/${wish}`,
    operationId: `${wish}Instance`,
    summary,
    description: 'Asking twice changes nothing.',
    access: 'member',
    params: instancePath,
    response: { status: 202, description: outcome, schema: instanceAnswer },
    problems: ['conflict'],
    auditAction: `instance.${wish}`,
    async handle({ platform, subject, params, audit }) {
      const { instance, decision } = await changeVisibleInstance(platform, subject, params.id, (present) =>
        decideOperation(present, wish),
      );
      audit.details = { name: instance.name };
      audit.unchanged = decision === undefined;
      // Cuts the pause short in which it may be.
      if (decision === undefined && mayWaitForNextTry(instance)) await requestOperation(platform, instance.id, 'start');
      if (decision !== undefined) {
        await appendInstanceEvent(platform, instance.id, `${wish}-requested`, requestedWords[decision.operation]);
        await requestOperation(platform, instance.id, decision.operation);
      }
      return { body: showInstance(instance, platform) };
    },
  });
}

const requestedWords: Record<Exclude<LifecycleOperation, 'sleep'>, string> = {
  start: 'A start was asked for.',
  stop: 'A stop was asked for.',
  restart: 'A restart was asked for.',
  delete: 'The deletion was asked for.',
};

async function requireKey(platform: Platform, workspaceId: string, keyId: string): Promise<void> {
  if ((await platform.keys.find(workspaceId, keyId)) !== undefined) return;
  throw new ProblemError('not-found', {
    detail: 'There is no key with this id in your workspace.',
    errors: [{ path: 'keyId', message: 'names no key of your workspace' }],
  });
}

/** Settings that the platform itself acts upon; the process need not know them. */
const takesEffectAtOnce: ReadonlySet<string> = new Set(['name', 'sleepAfterSeconds', 'maxReplicas']);

type Settings = Partial<
  Pick<
    InstanceChange,
    | 'name'
    | 'keyId'
    | 'mode'
    | 'toolsets'
    | 'policy'
    | 'allow'
    | 'allowedTools'
    | 'deniedTools'
    | 'size'
    | 'sleepAfterSeconds'
    | 'maxReplicas'
  >
>;

/** The given settings that differ from the present ones. */
function differences(present: Settings, given: { [Name in keyof Settings]?: Settings[Name] | undefined }): Settings {
  const changed = Object.entries(given).filter(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(present[name as keyof Settings]),
  );
  return Object.fromEntries(changed) as Settings;
}

/** Lists as text, since details of the audit trail are single values; null stays null, as it means the opposite of nothing. */
function auditedSettings(
  settings: Record<string, string | number | string[] | null | undefined>,
): Record<string, string | number | null> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') || 'none' : value]],
    ),
  );
}
