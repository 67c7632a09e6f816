import type { InstanceMode, InstanceSize } from '../../core/instance-configuration.ts';
import type { Policy, PolicySwitch } from '../../core/policy.ts';
import type { ToolSelectionName } from '../../core/tool-selection.ts';
import type { Instance } from '../ports.ts';
import { statusWords } from './status-words.ts';

/**
 * What a customer may leave out. Read-only, because an agent that can only look cannot send mail by mistake, and with every switch
 * off, because reads can spend credits, too.
 */
export const instanceDefaults = {
  mode: 'both',
  policy: 'read-only',
  size: 'small',
  sleepAfterSeconds: 15 * 60,
  maxReplicas: 1,
} as const satisfies {
  mode: InstanceMode;
  policy: Policy;
  size: InstanceSize;
  sleepAfterSeconds: number;
  maxReplicas: number;
};

export interface InstanceRequest {
  name: string;
  keyId: string;
  mode: InstanceMode;
  /** `null` offers every tool. */
  toolsets: ToolSelectionName[] | null;
  policy: Policy;
  /** Policy switches to turn on. */
  allow?: PolicySwitch[];
  allowedTools?: string[] | null;
  deniedTools?: string[] | null;
  size: InstanceSize;
  /** Seconds without a call after which it sleeps; `null` for never. */
  sleepAfterSeconds?: number | null;
  maxReplicas?: number;
}

/** The instance as it is stored before the lifecycle workflow has done anything. `now` is ISO 8601 in UTC. */
export function newInstance(id: string, workspaceId: string, request: InstanceRequest, now: string): Instance {
  return {
    id,
    workspaceId,
    name: request.name,
    keyId: request.keyId,
    mode: request.mode,
    toolsets: request.toolsets,
    policy: request.policy,
    allow: request.allow ?? [],
    allowedTools: request.allowedTools ?? null,
    deniedTools: request.deniedTools ?? null,
    size: request.size,
    sleepAfterSeconds: request.sleepAfterSeconds === undefined ? instanceDefaults.sleepAfterSeconds : request.sleepAfterSeconds,
    maxReplicas: request.maxReplicas ?? instanceDefaults.maxReplicas,
    replicas: 1,
    argumentLogUntil: null,
    desiredState: 'running',
    status: 'provisioning',
    ...statusWords('provisioning'),
    runtime: null,
    firstConnectedAt: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}
