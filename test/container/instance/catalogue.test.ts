import { describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import { compactCatalogue } from '../../../container/instance/catalogue/compact-catalogue.ts';
import type { FieldShape } from '../../../container/instance/catalogue/operation.ts';
import document from '../../../container/instance/catalogue/smartlead-api.json' with { type: 'json' };
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import type { OperationCaller } from '../../../container/instance/smartlead/operation-caller.ts';
import { slowOperations } from '../../../container/instance/smartlead/time-limits.ts';
import { descriptionsByToolset } from '../../../container/instance/tools/descriptions/tool-descriptions.ts';
import type { JsonSchema } from '../../../container/instance/tools/json-schema.ts';
import { createOperationTool } from '../../../container/instance/tools/operation-tool.ts';
import { notedParameters } from '../../../container/instance/tools/parameter-notes.ts';
import { createToolRegistry } from '../../../container/instance/tools/tool-registry.ts';
import { toolsetOf } from '../../../container/instance/tools/toolset-of-operation.ts';
import { version } from '../../../container/instance/version.ts';
import { profiles, toolsets } from '../../../core/tool-selection.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { processorTime } from './processor-time.ts';

const nothing: OperationCaller = { call: () => Promise.resolve({ value: {} }) };
const tools = operations.map((operation) => createOperationTool(operation, nothing));
const registry = createToolRegistry(tools);

/** Paths of parameters and all fields inside them, as notes name them. */
function pathsOf(fields: readonly FieldShape[], within = ''): string[] {
  return fields.flatMap((field) => {
    const path = within + field.name;
    return [path, ...pathsOf(field.properties ?? field.items?.properties ?? [], `${path}.`)];
  });
}

describe('the catalogue', () => {
  it('holds 195 operations, each with a toolset and a name that n8n does not cut', () => {
    expect(operations).toHaveLength(195);
    for (const { id } of operations) {
      expect(toolsets).toContain(toolsetOf(id));
      expect(toolName(id)).toMatch(/^[a-z][a-z0-9_]{2,39}$/);
    }
    expect(new Set(operations.map(({ id }) => toolName(id))).size).toBe(195);
  });

  it('gives every parameter of an operation a name of its own, since tools have one flat list of arguments', () => {
    for (const { id, params } of operations) expect(new Set(params.map(({ name }) => name)).size, id).toBe(params.length);
  });

  it('loses nothing that the instance reads when it is made compact', () => {
    const compact = compactCatalogue({ endpoints: [...operations] });
    expect(JSON.stringify(compact).length).toBeLessThan(JSON.stringify(document).length / 1.5);
    for (const [index, operation] of operations.entries()) {
      const tool = createOperationTool(compact.endpoints[index] as (typeof operations)[number], nothing);
      expect(tool.definition).toEqual(createOperationTool(operation, nothing).definition);
      const { pagination, constraints } = compact.endpoints[index] ?? {};
      expect({ pagination, constraints }).toEqual({ pagination: operation.pagination, constraints: operation.constraints });
    }
  });

  it('knows every operation that is named as slow', () => {
    for (const id of slowOperations) expect(operations.map((operation) => operation.id)).toContain(id);
  });
});

describe('descriptions', () => {
  it('exist for every operation, in the file of its toolset, and for nothing else', () => {
    for (const toolset of toolsets) {
      const expected = operations.filter(({ id }) => toolsetOf(id) === toolset).map(({ id }) => id);
      expect(Object.keys(descriptionsByToolset[toolset]).sort(), toolset).toEqual(expected.sort());
    }
  });

  it('are short, end in a full stop and are told apart', () => {
    const texts = Object.values(descriptionsByToolset).flatMap((descriptions) => Object.values(descriptions));
    for (const text of texts) expect(text).toMatch(/^[A-Z][^\n]{8,160}\.$/);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('of parameters belong to parameters that exist', () => {
    const names = new Set(operations.flatMap(({ params }) => JSON.stringify(params).match(/"name":"[^"]+"/g) ?? []));
    for (const name of notedParameters.byName) expect(names).toContain(`"name":"${name}"`);
    for (const { id, path } of notedParameters.byPlace) {
      const operation = operations.find((candidate) => candidate.id === id);
      expect(pathsOf(operation?.params ?? []), `${id} ${path}`).toContain(path);
    }
  });
});

/** That a schema tells these fields, their words and which are needed, down to the innermost. */
function expectTold(fields: readonly FieldShape[], schema: JsonSchema, where: string): void {
  for (const field of fields) {
    const told = schema.properties?.[field.name];
    const place = `${where} ${field.name}`;
    expect(told, place).toBeDefined();
    if (told === undefined) continue;
    if (field.enum !== undefined) expect(told.enum, place).toEqual(field.enum);
    if (field.max !== undefined) expect(told.maximum, place).toBe(field.max);
    expect(schema.required?.includes(field.name) ?? false, place).toBe(field.required);
    const inner = told.items ?? told;
    if (field.properties !== undefined) expectTold(field.properties, told, place);
    if (field.items?.properties !== undefined) expectTold(field.items.properties, inner, place);
  }
}

describe('the tools', () => {
  it('are all operations, marked as what they are with all four hints', () => {
    expect(tools.map(({ definition }) => definition.name)).toEqual(operations.map(({ id }) => toolName(id)));
    for (const [index, { definition }] of tools.entries()) {
      const operation = operations[index] as (typeof operations)[number];
      expect(definition.annotations).toEqual({
        readOnlyHint: isRead(operation),
        destructiveHint: operation.effects.includes('destructive'),
        idempotentHint: operation.idempotent,
        openWorldHint: true,
      });
    }
  });

  it('are those of the chosen toolsets, told in full', () => {
    const { list, find } = createToolRegistry(tools, { kind: 'toolsets', toolsets: ['agency', 'webhooks'] });
    expect(list.tools.map(({ name }) => name)).toContain('webhooks_get');
    expect(list.tools.every(({ name }) => ['agency', 'webhooks'].includes(find(name)?.toolset ?? ''))).toBe(true);
    expect(find('campaigns_get_all')).toBeUndefined();
    for (const definition of list.tools) expect(definition).toEqual(find(definition.name)?.definition);
  });

  it('need the policy full where they change the account itself', () => {
    for (const [index, tool] of tools.entries()) {
      const { id } = operations[index] as (typeof operations)[number];
      expect(tool.administrative, id).toBe(['mailboxes', 'senders', 'agency', 'webhooks'].includes(toolsetOf(id)));
    }
  });

  it('publish every parameter but the position of a page, with the fields inside it, enums and what is required', () => {
    for (const [index, { definition }] of tools.entries()) {
      const operation = operations[index] as (typeof operations)[number];
      const { id, params } = operation;
      const pagination = isRead(operation) ? operation.pagination : undefined;
      const position = pagination?.style === 'cursor' ? pagination.cursor : pagination?.offset;
      const told = params.filter(({ name }) => name !== position);
      expectTold(told, definition.inputSchema as JsonSchema, id);
      const names = Object.keys(definition.inputSchema.properties ?? {});
      expect(
        names.filter((name) => !['fields', 'cursor', 'confirm', 'repeat'].includes(name)),
        id,
      ).toEqual(told.map(({ name }) => name));
      expect(names.includes('cursor'), id).toBe(pagination !== undefined);
    }
  });

  it('take confirm where they send, destroy or spend, and repeat where twice is not once', () => {
    for (const [index, { definition }] of tools.entries()) {
      const { id, effects, idempotent } = operations[index] as (typeof operations)[number];
      const names = Object.keys(definition.inputSchema.properties ?? {});
      const risky = effects.some((effect) => ['sends_email', 'destructive', 'spends_credits'].includes(effect));
      expect(names.includes('confirm'), id).toBe(risky);
      expect(names.includes('repeat'), id).toBe(!effects.includes('read') && !idempotent);
    }
  });

  it('publish nothing that a strict validator of clients does not know, in every form of the list', async () => {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    const { default: addFormats } = await import('ajv-formats');
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true, strictRequired: false });
    addFormats.default(ajv);
    const lists = [registry.list.tools, tools.map(({ definition }) => definition)];
    for (const profile of profiles) lists.push(createToolRegistry(tools, { kind: 'profile', profile }).list.tools);
    for (const { name, inputSchema, outputSchema } of lists.flat()) {
      expect(() => ajv.compile(inputSchema), name).not.toThrow();
      if (outputSchema !== undefined) expect(() => ajv.compile(outputSchema), name).not.toThrow();
    }
  });

  it('are made in a few milliseconds', () => {
    const make = () => createToolRegistry(operations.map((operation) => createOperationTool(operation, nothing)));
    expect(Math.min(...Array.from({ length: 10 }, () => processorTime(make)))).toBeLessThan(10);
  });

  it('carry the version of the package', () => expect(version).toBe(manifest.version));
});
