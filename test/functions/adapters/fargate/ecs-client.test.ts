import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';
import { createEcsClient } from '../../../../functions/adapters/fargate/ecs-client.ts';

it('has few requests of a kind under way, and those of one kind do not wait for another', async () => {
  const waiting: { action: string; response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    request.resume();
    waiting.push({ action: String(request.headers['x-amz-target']).split('.')[1] ?? '', response });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createEcsClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const count = (action: string) => waiting.filter((sent) => sent.action === action).length;
  const asked = Array.from({ length: 20 }, () => client.send(new DescribeTasksCommand({ tasks: ['one'] })));
  await expect.poll(() => count('DescribeTasks')).toBe(4);
  const other = client.send(new ListTasksCommand({}));
  await expect.poll(() => count('ListTasks')).toBe(1);
  expect(count('DescribeTasks')).toBe(4);
  const answered = setInterval(() => {
    for (const { response } of waiting.splice(0)) response.end('{}');
  }, 5);
  await Promise.all([...asked, other]);
  clearInterval(answered);
  client.destroy();
  server.close();
});
