import { expect, it } from 'vitest';
import { openApiResource } from '../../../../functions/api/openapi.ts';
import { createApi } from '../api-client.ts';
import { allRoutes } from '../every-route/requests.ts';

async function readDocument() {
  const { api } = createApi();
  const answer = await api.call('GET', '/v1/openapi.json');
  expect(answer.status).toBe(200);
  return answer.json;
}

/** All values of `$ref`, and whatever they point at in the document. */
function references(document: object): [string, unknown][] {
  const found: [string, unknown][] = [];
  JSON.stringify(document, (name, value) => {
    if (name !== '$ref') return value;
    const target = String(value)
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);
    found.push([String(value), target]);
    return value;
  });
  return found;
}

it('is OpenAPI 3.1 and has every operation, once', async () => {
  const document = await readDocument();
  expect(document.openapi).toMatch(/^3\.1\./);
  for (const route of allRoutes) {
    expect(document.paths[route.path]?.[route.method.toLowerCase()]?.operationId).toBe(route.operationId);
  }
  const operations = Object.values<object>(document.paths).flatMap((item) => Object.keys(item));
  expect(operations).toHaveLength(allRoutes.length);
  expect(new Set(allRoutes.map((route) => route.operationId)).size).toBe(allRoutes.length);
});

it('every reference leads somewhere', async () => {
  const found = references(await readDocument());
  expect(found.length).toBeGreaterThan(50);
  for (const [reference, target] of found) expect([reference, typeof target]).toEqual([reference, 'object']);
});

it('every operation says who may call it, what it takes and what can go wrong', async () => {
  const document = await readDocument();
  for (const route of allRoutes) {
    const operation = document.paths[route.path][route.method.toLowerCase()];
    const statuses = Object.keys(operation.responses);
    expect([route.operationId, operation.security]).toEqual([
      route.operationId,
      route.access === 'public' ? [] : [{ accessToken: [] }],
    ]);
    expect(operation.summary).not.toBe('');
    expect(statuses).toContain(String(route.response.status));
    expect(statuses).toContain('500');
    if (route.access !== 'public') expect(statuses).toContain('401');
    for (const status of statuses.filter((text) => Number(text) >= 400)) {
      const schema = operation.responses[status].content['application/problem+json'].schema;
      expect(schema).toEqual({ $ref: '#/components/schemas/Problem' });
    }
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path');
    expect(declared.map((parameter: { name: string }) => parameter.name)).toEqual(inPath);
    expect(operation.requestBody !== undefined).toBe(route.body !== undefined);
    const header = (operation.parameters ?? []).some((parameter: { name: string }) => parameter.name === 'Idempotency-Key');
    expect(header).toBe(route.idempotent);
  }
});

it('no request body takes unknown fields', async () => {
  const document = await readDocument();
  for (const route of allRoutes.filter(({ body }) => body !== undefined)) {
    const operation = document.paths[route.path][route.method.toLowerCase()];
    expect(operation.requestBody.content['application/json'].schema.additionalProperties).toBe(false);
  }
});

it('is built once', async () => {
  let asked = 0;
  const resource = openApiResource(() => {
    asked += 1;
    return [];
  });
  const { platform } = createApi();
  const { createHandler } = await import('../../../../functions/api/create-handler.ts');
  const { apiEvent } = await import('../api-client.ts');
  const handler = createHandler(resource, platform);
  await handler(apiEvent('GET', '/v1/openapi.json'), {});
  await handler(apiEvent('GET', '/v1/openapi.json'), {});
  expect(asked).toBe(1);
});
