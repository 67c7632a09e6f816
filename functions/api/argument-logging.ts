import { z } from 'zod';
import { decideAfterSettingsChange } from '../domain/instance-operations.ts';
import type { Instance } from '../ports.ts';
import { instancePath } from './fields.ts';
import { instanceAnswer, showInstance } from './instance-answer.ts';
import type { Platform } from './platform.ts';
import { appendInstanceEvent, requestOperation } from './request-operation.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { changeVisibleInstance } from './visible-instances.ts';

const path = '/v1/instances/{id}/argument-logging';

const startArgumentLogging = defineRoute({
  method: 'POST',
  path,
  operationId: 'startArgumentLogging',
  summary: 'Log the arguments of calls, too, for up to an hour',
  description:
    'They can hold personal data of your leads, so this ends by itself. Passwords, tokens and keys are taken out. A running instance is restarted; its clients stay connected.',
  access: 'admin',
  params: instancePath,
  body: z.strictObject({
    minutes: z.int().min(1).max(60).default(60).meta({ description: 'For how long, from now on.' }),
  }),
  response: { status: 200, description: 'The instance as it is now.', schema: instanceAnswer },
  problems: ['conflict'],
  auditAction: 'instance.log-arguments',
  async handle({ platform, subject, params, body, audit }) {
    const until = new Date(platform.clock.now().getTime() + body.minutes * 60_000).toISOString();
    audit.details = { minutes: body.minutes, until };
    const { instance, decision } = await changeVisibleInstance(platform, subject, params.id, (present) =>
      changeArgumentLog(present, until),
    );
    audit.details.name = instance.name;
    const message = `Arguments of calls are logged until ${until.slice(0, 16).replace('T', ' ')} UTC.`;
    await appendInstanceEvent(platform, instance.id, 'argument-logging-started', message);
    await restart(platform, instance, decision, 'It restarts to log arguments.');
    return { body: showInstance(instance, platform) };
  },
});

const endArgumentLogging = defineRoute({
  method: 'DELETE',
  path,
  operationId: 'endArgumentLogging',
  summary: 'Log the arguments of calls no longer',
  access: 'admin',
  params: instancePath,
  response: { status: 200, description: 'The instance as it is now.', schema: instanceAnswer },
  problems: ['conflict'],
  auditAction: 'instance.log-no-arguments',
  async handle({ platform, subject, params, audit }) {
    const now = platform.clock.now().toISOString();
    const { instance, decision } = await changeVisibleInstance(platform, subject, params.id, (present) => {
      if (present.argumentLogUntil === null) return undefined;
      // Where its time is over, the instance has stopped by itself.
      return present.argumentLogUntil <= now
        ? { change: { argumentLogUntil: null }, operation: undefined }
        : changeArgumentLog(present, null);
    });
    audit.details = { name: instance.name };
    audit.unchanged = decision === undefined;
    if (decision?.operation !== undefined) {
      await appendInstanceEvent(platform, instance.id, 'argument-logging-ended', 'Arguments of calls are logged no longer.');
      await restart(platform, instance, decision, 'It restarts to log arguments no more.');
    }
    return { body: showInstance(instance, platform) };
  },
});

export const argumentLogging: ApiResource = {
  name: 'argument-logging',
  description: 'Arguments of calls in the log of an instance, for a while',
  routes: [startArgumentLogging, endArgumentLogging],
};

/** A running instance learns of it by being started again, as of any other setting. */
function changeArgumentLog(present: Instance, argumentLogUntil: string | null) {
  const decided = decideAfterSettingsChange(present);
  return { change: { argumentLogUntil, ...decided?.change }, operation: decided?.operation };
}

async function restart(
  platform: Platform,
  { id }: Instance,
  decision: { operation: 'start' | 'stop' | 'restart' | 'delete' | undefined } | undefined,
  reason: string,
): Promise<void> {
  if (decision?.operation !== undefined) await requestOperation(platform, id, decision.operation, reason);
}
