import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../container/instance/answers/prepare-answer.ts';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../container/instance/catalogue/operation.ts';
import { interpretAnswer } from '../../../container/instance/smartlead/answer.ts';
import { errorKinds, errorReport, SmartleadError } from '../../../container/instance/smartlead/smartlead-error.ts';
import { objectFields, rowColumns } from '../../../container/instance/tools/answer-columns.ts';
import { briefDefinitions } from '../../../container/instance/tools/brief-definitions.ts';
import type { JsonSchema } from '../../../container/instance/tools/json-schema.ts';
import { createOperationTool } from '../../../container/instance/tools/operation-tool.ts';
import { documentedOperations } from '../../../selfhost/sandbox/catalogue.ts';
import { type Sandbox, startSandbox } from '../../../selfhost/sandbox/main.ts';
import { exampleRequest, type KnownValues, knownValues } from '../../selfhost/sandbox/example-arguments.ts';
import { type Reply, SandboxClient, unhurriedClock } from '../../selfhost/sandbox/sandbox-client.ts';

const known = operations.filter(({ id }) => rowColumns[id] !== undefined || objectFields[id] !== undefined);
const nothing = { call: () => Promise.resolve({ value: {} }) };
const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });

interface Described {
  operation: Operation;
  properties: Record<string, JsonSchema>;
  /** The schema as told in full, as told in a profile, and as told in the list of all tools. */
  validators: ValidateFunction[];
}
const described: Described[] = known.map((operation) => {
  const { definition } = createOperationTool(operation, nothing);
  const [brief] = briefDefinitions([definition]);
  const [briefest] = briefDefinitions([definition], { answers: 'fields' });
  const told = [definition, brief, briefest].map((list) => list?.outputSchema);
  const schemas = told.filter((schema) => schema !== undefined) as JsonSchema[];
  return {
    operation,
    properties: schemas[0]?.properties as Record<string, JsonSchema>,
    validators: schemas.map((schema) => ajv.compile(schema)),
  };
});

function documentedOperation(id: string) {
  const found = documentedOperations.find((operation) => operation.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

function expectValid({ operation, validators }: Described, value: unknown): void {
  for (const validate of validators) expect(validate(value), `${operation.id}: ${ajv.errorsText(validate.errors)}`).toBe(true);
}

it('are told of operations that exist', () => {
  expect(known).toHaveLength(Object.keys(rowColumns).length + Object.keys(objectFields).length);
});

/** What the catalogue calls "object", whatever may be in it. */
const withoutKnownShape = ['inbox/get-by-id'];

it('are told for every operation whose answers were seen, in every list', () => {
  const seen = operations.filter((operation) => 'response_actual' in operation).map(({ id }) => id);
  expect(seen.length).toBeGreaterThan(50);
  const told = new Set(known.map(({ id }) => id));
  expect(seen.filter((id) => !told.has(id))).toEqual(withoutKnownShape);
  const definitions = known.map((operation) => createOperationTool(operation, nothing).definition);
  for (const { name, outputSchema } of briefDefinitions(definitions)) expect(outputSchema?.type, name).toBe('object');
  // What writes answer is left out where the list is longest.
  for (const { name, outputSchema, annotations } of briefDefinitions(definitions, { answers: 'fields' }))
    expect(outputSchema?.type, name).toBe(annotations?.readOnlyHint === true ? 'object' : undefined);
});

describe('what the simulated Smartlead answers', () => {
  let sandbox: Sandbox;
  let ids: KnownValues;
  const replies = new Map<Operation, Reply>();
  beforeAll(async () => {
    sandbox = await startSandbox({ clock: unhurriedClock(), maximumAccounts: 100 });
    for (const { operation } of described) {
      const client = new SandboxClient(sandbox, `demo-${operation.id.replace('/', '-')}`);
      ids = await knownValues(client);
      const { path, query, body } = exampleRequest(documentedOperation(operation.id), ids);
      const reply = await client.send(operation.method, path, {
        host: operation.host,
        query,
        ...(body === undefined ? {} : { body }),
      });
      replies.set(operation, reply);
    }
  });
  afterAll(() => sandbox.close());

  const answer = (operation: Operation, callArguments: Record<string, unknown>) => {
    const { text = '', headers } = replies.get(operation) ?? {};
    const incoming = { status: 200, headers: { 'content-type': headers?.get('content-type') ?? undefined }, text };
    return prepareAnswer(operation, callArguments).shape(interpretAnswer(operation, incoming, (same) => same));
  };

  it.each(described.map((one) => [one.operation.id, one] as const))('%s has the fields that are told', (_id, one) => {
    const value = answer(one.operation, {});
    expectValid(one, value);
    const told = one.properties.items?.items?.properties ?? one.properties;
    const rows = one.properties.items === undefined ? [value] : (value.items as Record<string, unknown>[]);
    expect(rows.length).toBeGreaterThan(0);
    const found = new Set(rows.flatMap((row) => Object.keys(row)));
    for (const name of Object.keys(told)) expect(found, name).toContain(name);
  });

  it('is valid whatever columns are picked', async () => {
    await fc.assert(
      fc.property(
        fc.constantFrom(...described),
        fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 }),
        fc.nat(),
        (one, others, choice) => {
          const read = one.operation.effects.includes('read');
          const names = Object.keys(one.properties.items?.items?.properties ?? one.properties);
          const fields = [...names.slice(choice % Math.max(1, names.length)).slice(0, 1), ...others];
          expectValid(one, answer(one.operation, read ? { fields } : {}));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('error reports', () => {
  it.each(Object.keys(errorKinds))('%s is valid, as clients hold it against the schema, too', (code) => {
    const report = errorReport(
      new SmartleadError(code as keyof typeof errorKinds, 'It failed.', {
        status: 404,
        retryAfter: 3,
        issues: [{ path: 'id', message: 'is required' }],
        needs: ['policy: full'],
        confirm: 'delete campaign 7',
        verify: { tool: 'campaigns_get_by_id', arguments: { campaign_id: 7 }, lookFor: 'it' },
      }),
    );
    for (const one of described) expectValid(one, { ...report });
  });
});
