import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { type ProblemType, problems } from '../../core/problem.ts';
import type { ApiResource, Route } from './route.ts';

const problemAnswer = z
  .object({
    type: z.string().meta({ example: 'urn:smartlead-mcp:problem:not-found' }),
    title: z.string().meta({ description: 'What happened.' }),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'What to do.' }),
    instance: z.string().optional().meta({ description: 'Names this request; tell it to support.' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which field.' }),
    retryAfter: z.int().optional().meta({ description: 'Seconds after which the same request may succeed.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'The same key with the same request, within 24 hours, gets the first answer and changes nothing.' }),
});

const replayHeader = z.object({
  'Idempotent-Replayed': z.literal('true').optional().meta({ description: 'Present on a repeated answer.' }),
});

/** The OpenAPI 3.1 document of the resources, made from the same schemas that check requests and answers. */
export function openApiDocument(resources: readonly ApiResource[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const resource of resources) {
    for (const route of resource.routes) {
      const method = route.method.toLowerCase();
      paths[route.path] = { ...paths[route.path], [method]: operation(resource, route) };
    }
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Smartlead MCP Managed Service',
      version: '1',
      description:
        'Hosted, isolated MCP servers for Smartlead. Lists are newest first and paged by `cursor`; errors are RFC 9457 problems.',
    },
    servers: [{ url: '/' }],
    tags: resources.map(({ name, description }) => ({ name, description })),
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', description: 'The access token of a session.' } },
    },
    paths,
  });
}

function operation(resource: ApiResource, route: Route): ZodOpenApiOperationObject {
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: [route.description, accessWords(route)].filter((text) => text !== undefined).join('\n\n'),
    tags: [resource.name],
    security: route.access === 'public' ? [] : [{ accessToken: [] }],
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(route.idempotent ? { header: idempotencyHeader } : {}),
    },
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: { ...successResponse(route), ...problemResponses(route) },
  };
}

function accessWords({ access }: Route): string {
  if (access === 'public') return 'Needs no access token.';
  if (access === 'operator') return 'For operators of the installation.';
  return `For the role \`${access}\` and those above it.`;
}

function successResponse({ response, idempotent }: Route): ZodOpenApiResponsesObject {
  const { status, description, schema, eventStream } = response;
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema } }),
    ...(eventStream === true ? { 'text/event-stream': { schema: z.string() } } : {}),
  };
  return {
    [`${status}` as const]: {
      description,
      ...(idempotent ? { headers: replayHeader } : {}),
      ...(Object.keys(content).length === 0 ? {} : { content }),
    },
  };
}

function problemResponses(route: Route): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(possibleProblems(route), (type) => problems[type].status);
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, types] of byStatus) {
    responses[`${status}` as '400'] = {
      description: types.map((type) => `\`${type}\`: ${problems[type].title}.`).join(' '),
      content: { 'application/problem+json': { schema: problemAnswer } },
    };
  }
  return responses;
}

/** What can go wrong: what follows from the form of the route, and what it declares itself. */
function possibleProblems(route: Route): ProblemType[] {
  const types = new Set<ProblemType>(['invalid-input', 'internal-error', ...(route.problems ?? [])]);
  if (route.access !== 'public') {
    types.add('not-signed-in').add('token-expired').add('rate-limited');
    if (route.access !== 'viewer') types.add('not-allowed');
  }
  if (route.params !== undefined) types.add('not-found');
  if (route.method !== 'GET') types.add('malformed-json').add('body-too-large').add('unsupported-media-type');
  if (route.idempotent) types.add('idempotency-in-progress').add('idempotency-answer-lost').add('idempotency-key-reused');
  return [...types].sort((a, b) => problems[a].status - problems[b].status);
}
