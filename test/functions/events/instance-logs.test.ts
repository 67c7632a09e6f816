import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createIdentifier, identifierSchema } from '../../../core/identifiers.ts';
import { readLogLine } from '../../../functions/adapters/child-process/log-line.ts';
import { createInstanceLogs } from '../../../functions/events/instance-logs.ts';
import type { InstanceLogEntry } from '../../../functions/ports.ts';

const mine = createIdentifier('instance');
const other = createIdentifier('instance');
const time = '2026-11-22T08:41:00.000Z';
const arn = (task: string) => `arn:aws:ecs:eu-central-1:123456789012:task/smartlead-mcp-dev/${task}`;

function arranged({ tellManager = async () => {} }: { tellManager?: () => Promise<void> } = {}) {
  const entries: InstanceLogEntry[] = [];
  const refused: string[] = [];
  const incidents: string[] = [];
  const lookedUp: string[] = [];
  const tasks = new Map([
    [mine, [arn('task1')]],
    [other, [arn('task2')]],
  ]);
  const handler = createInstanceLogs({
    logs: { append: async (batch) => void entries.push(...batch) },
    readLine: (line, now) => readLogLine(line, (text) => text, now),
    tasksOf: async (instanceId) => {
      lookedUp.push(instanceId);
      return tasks.get(instanceId) ?? [];
    },
    keyRefused: async (instanceId) => {
      await tellManager();
      refused.push(instanceId);
    },
    report: ({ message }) => incidents.push(message),
  });
  return { entries, refused, incidents, tasks, lookedUp, handler };
}

function event(logStream: string, messages: (object | string)[], messageType = 'DATA_MESSAGE') {
  const logEvents = messages.map((message, index) => ({
    id: `3841${index}`,
    timestamp: Date.parse(time) + index,
    message: typeof message === 'string' ? message : JSON.stringify(message),
  }));
  const data = { messageType, owner: '123456789012', logGroup: 'g', logStream, subscriptionFilters: ['f'], logEvents };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

const line = (message: string, instanceId?: string) => ({ time, level: 'info', message, ...(instanceId ? { instanceId } : {}) });

describe('the log of an instance', () => {
  it('is what its own task prints, in any form', async () => {
    const { entries, handler } = arranged();
    await handler(event(`${mine}/instance/task9`, [line('one'), 'Error: of the runtime\tat somewhere']));
    expect(entries).toMatchObject([
      { instanceId: mine, level: 'info', message: 'one', time },
      { instanceId: mine, level: 'error', message: 'Error: of the runtime at somewhere', time: '2026-11-22T08:41:00.001Z' },
    ]);
    for (const { id } of entries) expect(identifierSchema('log').safeParse(id).success).toBe(true);
    expect(entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id).sort());
  });

  it('is told again without becoming another', async () => {
    const { entries, handler } = arranged();
    const told = event(`${mine}/instance/task9`, [line('one'), line('two')]);
    await handler(told);
    await handler(told);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
  });

  it('is that of a warm task from its assignment on, and after its end', async () => {
    const { entries, tasks, handler } = arranged();
    await handler(event('warm/instance/task1', [line('waits')]));
    expect(entries).toEqual([]);
    await handler(event('warm/instance/task1', [line('serves', mine)]));
    tasks.delete(mine);
    await handler(event('warm/instance/task1', ['a stack']));
    expect(entries.map(({ message, instanceId }) => [message, instanceId])).toEqual([
      ['serves', mine],
      ['a stack', mine],
    ]);
  });

  it('takes no line of a process that runs for somebody else', async () => {
    const { entries, handler } = arranged();
    await handler(event('warm/instance/task2', [line('forged', mine)]));
    await handler(event(`${other}/instance/task2`, [line('forged', mine), line('own', other)]));
    expect(entries.map(({ message, instanceId }) => [message, instanceId])).toEqual([['own', other]]);
  });

  it('is looked for a few times, however many instances a process names', async () => {
    const { entries, lookedUp, handler } = arranged();
    const named = Array.from({ length: 200 }, () => createIdentifier('instance'));
    await handler(
      event(
        'warm/instance/task2',
        named.map((instanceId) => line('forged', instanceId)),
      ),
    );
    expect(entries).toEqual([]);
    expect(lookedUp.length).toBeLessThanOrEqual(3);
  });

  it('that tells of a refused key reaches the manager, and is stored where it does not', async () => {
    const refusal = { ...line('call'), level: 'warn', outcome: 'smartlead_key_refused' };
    const told = arranged();
    await told.handler(event(`${mine}/instance/task1`, [refusal]));
    expect(told.refused).toEqual([mine]);
    const silent = arranged({ tellManager: () => Promise.reject(new Error('queue away')) });
    await silent.handler(event(`${mine}/instance/task1`, [refusal]));
    expect(silent.entries).toHaveLength(1);
    expect(silent.incidents).toHaveLength(1);
  });

  it('is not made of the message that only asks whether anybody listens', async () => {
    const { entries, handler } = arranged();
    await handler(event(`${mine}/instance/task1`, ['CWL CONTROL MESSAGE: Checking health of destination'], 'CONTROL_MESSAGE'));
    expect(entries).toEqual([]);
  });
});
