import { z } from 'zod';
import { connectionClients, serverNameFor } from '../domain/connections/connection.ts';
import { offeredConnections } from '../domain/connections/offered-connections.ts';
import { instanceUrls } from '../domain/instance-urls.ts';
import { instancePath } from './fields.ts';
import { urlsAnswer } from './instance-answer.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance } from './visible-instances.ts';

const connectionAnswer = z
  .object({
    client: z.enum(connectionClients),
    title: z.string(),
    transport: z.enum(['sse', 'streamable-http', 'stdio']),
    language: z.enum(['json', 'bash', 'text']),
    snippet: z.string().meta({ description: 'Settings to paste. `YOUR_INSTANCE_TOKEN` stands for a token of the instance.' }),
    steps: z.array(z.string()),
  })
  .meta({ id: 'Connection' });

const listConnections = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/connections',
  operationId: 'listConnections',
  summary: 'Read ready-to-paste settings for MCP clients',
  description: 'The mode of the instance decides which clients are offered.',
  access: 'viewer',
  params: instancePath,
  response: {
    status: 200,
    description: 'The settings.',
    schema: z.object({ urls: urlsAnswer, connections: z.array(connectionAnswer) }),
  },
  async handle({ platform, subject, params }) {
    const { id, name, mode } = await findVisibleInstance(platform, subject, params.id);
    const urls = instanceUrls(platform.publicUrl, id);
    return { body: { urls, connections: offeredConnections(mode, { serverName: serverNameFor(name), urls }) } };
  },
});

export const connections: ApiResource = {
  name: 'connections',
  description: 'Settings for the programs that use an instance',
  routes: [listConnections],
};
