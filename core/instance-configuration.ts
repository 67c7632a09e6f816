import { z } from 'zod';
import { policySchema, policySwitchSchema, toolNameSchema } from './policy.ts';
import { toolSelectionSchema } from './tool-selection.ts';

/** Which doors an instance opens: `sse` the network ones, `stdio` only what a stdio bridge needs (`/mcp`), `both` all of them. */
export const instanceModes = ['sse', 'stdio', 'both'] as const;
export const instanceModeSchema = z.enum(instanceModes);
export type InstanceMode = z.infer<typeof instanceModeSchema>;

/** Memory class of an instance's process. */
export const instanceSizes = ['small', 'medium', 'large'] as const;
export const instanceSizeSchema = z.enum(instanceSizes);
export type InstanceSize = z.infer<typeof instanceSizeSchema>;

/** Old-space limit handed to V8 per size, in mebibytes. */
export const heapLimitMebibytes: Record<InstanceSize, number> = { small: 128, medium: 256, large: 512 };

/**
 * Limit of one half of V8's space for young objects, in mebibytes, for every size. Without it that space grows under load and uses
 * up the small old-space limit, so that V8 collects the whole heap all the time: three times fewer calls a second, in twice the
 * memory. Calls are short and leave little behind, so more young space gains little.
 */
export const semiSpaceLimitMebibytes = 4;

/** Base URLs of the four Smartlead hosts, without a trailing slash. Source: Smartlead's API reference, June 2026. */
export const smartleadHostsSchema = z.object({
  core: z.url().default('https://server.smartlead.ai/api/v1'),
  prospect: z.url().default('https://prospect-api.smartlead.ai/api/v1/search-email-leads'),
  delivery: z.url().default('https://smartdelivery.smartlead.ai/api/v1'),
  senders: z.url().default('https://smart-senders.smartlead.ai/api/v1'),
});
export type SmartleadHosts = z.infer<typeof smartleadHostsSchema>;

/** Most processes that serve one instance at the same time. */
export const mostProcesses = 8;

/** How fast an instance may call Smartlead: `off`, or calls per second and minute such as `10/120`. */
export const rateLimitSchema = z
  .string()
  .regex(/^(off|[1-9]\d{0,4}\/[1-9]\d{0,6})$/, 'must be "off", or calls per second and per minute such as 10/120');

/**
 * Everything one instance process needs, and all it ever gets. A launcher writes it as one JSON line to the process's standard
 * input, so neither the command line nor the environment of the process carries a secret; the process ends when that input ends.
 */
export const instanceConfigurationSchema = z.object({
  instanceId: z.string(),
  mode: instanceModeSchema,
  /** Sets of tools to offer, or one profile, or `discovery`; everything where it is missing. */
  toolsets: toolSelectionSchema.optional(),
  policy: policySchema,
  /** Switches that are on; all are off where it is missing. */
  allow: z.array(policySwitchSchema).optional(),
  /** Where given, no other tool may be called. */
  allowedTools: z.array(toolNameSchema).min(1).optional(),
  deniedTools: z.array(toolNameSchema).optional(),
  smartleadApiKey: z.string().min(1),
  /** Bearer token that the router presents to the instance; made anew at every launch. */
  accessToken: z.string().min(1),
  smartleadHosts: smartleadHostsSchema,
  /** `off`, or the calls per second and per minute the instance starts with, such as `10/120`. Without it, the safe default. */
  rateLimit: rateLimitSchema.optional(),
  /** How many processes serve the instance; each keeps to its part of the key's limit, whether that was set or learned. */
  processes: z.number().int().min(1).max(mostProcesses).optional(),
  /** Until when the arguments of calls are logged, too; not at all where it is missing. */
  argumentLogUntil: z.iso.datetime().optional(),
});
export type InstanceConfiguration = z.infer<typeof instanceConfigurationSchema>;

/** The one line an instance process prints on standard output once its doors are open. */
export const instanceReadySchema = z.object({ event: z.literal('listening'), port: z.number().int() });

/**
 * One line an instance process prints on standard error per thing worth recording. Never holds keys or tokens, and arguments only
 * while the owner wants them logged.
 */
export const instanceLogLineSchema = z.object({
  time: z.iso.datetime(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  /**
   * Whose line it is, where the process was told to say so. Whoever reads the lines of several instances has to check that it is the
   * one which runs there.
   */
  instanceId: z.string().optional(),
  tool: z.string().optional(),
  durationMs: z.number().optional(),
  /** `ok`, or a stable error code such as `smartlead_rate_limited`. */
  outcome: z.string().optional(),
  requestId: z.string().optional(),
  /** The call's arguments as JSON text, shortened to 4 KB and without secrets; only while the owner has turned that on. */
  arguments: z.string().optional(),
});
export type InstanceLogLine = z.infer<typeof instanceLogLineSchema>;
