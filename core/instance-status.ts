import { z } from 'zod';

/** The states of an instance, as customers see them in the API and the dashboard. */
export const instanceStatuses = [
  'provisioning',
  'running',
  'sleeping',
  'restarting',
  'stopping',
  'stopped',
  'unauthenticated',
  'suspended',
  'failed',
] as const;
export const instanceStatusSchema = z.enum(instanceStatuses);
export type InstanceStatus = z.infer<typeof instanceStatusSchema>;

/** What the customer wants of the instance; the lifecycle works until the status agrees with it. */
export const desiredStates = ['running', 'stopped', 'deleted'] as const;
export type DesiredState = (typeof desiredStates)[number];
