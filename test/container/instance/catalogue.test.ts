import { describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import { compactCatalogue } from '../../../container/instance/catalogue/compact-catalogue.ts';
import document from '../../../container/instance/catalogue/smartlead-api.json' with { type: 'json' };
import { slowOperations } from '../../../container/instance/smartlead/time-limits.ts';
import { descriptionsByToolset } from '../../../container/instance/tools/descriptions/tool-descriptions.ts';
import { createOperationTool } from '../../../container/instance/tools/operation-tool.ts';
import { notedParameters } from '../../../container/instance/tools/parameter-notes.ts';
import { toolName } from '../../../container/instance/tools/tool-name.ts';
import { createToolRegistry } from '../../../container/instance/tools/tool-registry.ts';
import { toolsetOf } from '../../../container/instance/tools/toolset-of-operation.ts';
import { version } from '../../../container/instance/version.ts';
import { toolsets } from '../../../core/tool-selection.ts';
import manifest from '../../../package.json' with { type: 'json' };

const nothing = { call: () => Promise.resolve({}) };
const reads = operations.filter(isRead);
const registry = createToolRegistry(nothing);

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
  it('exist for every read operation, in the file of its toolset, and for nothing else', () => {
    for (const toolset of toolsets) {
      const expected = reads.filter(({ id }) => toolsetOf(id) === toolset).map(({ id }) => id);
      expect(Object.keys(descriptionsByToolset[toolset]).sort(), toolset).toEqual(expected.sort());
    }
  });

  it('are short, end in a full stop and are told apart', () => {
    const texts = Object.values(descriptionsByToolset).flatMap((descriptions) => Object.values(descriptions));
    for (const text of texts) expect(text).toMatch(/^[A-Z][^\n]{10,240}\.$/);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('of parameters belong to parameters that exist', () => {
    const names = new Set(operations.flatMap(({ params }) => JSON.stringify(params).match(/"name":"[^"]+"/g) ?? []));
    for (const name of notedParameters.byName) expect(names).toContain(`"name":"${name}"`);
    for (const place of notedParameters.byPlace) {
      const [id, name] = place.split('#');
      expect(operations.find((operation) => operation.id === id)?.params.map((parameter) => parameter.name)).toContain(name);
    }
  });
});

describe('the tools', () => {
  it('are the 115 reads, marked as such', () => {
    expect(registry.list.tools.map(({ name }) => name)).toEqual(reads.map(({ id }) => toolName(id)));
    for (const { annotations, inputSchema } of registry.list.tools) {
      expect(annotations).toEqual({ readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true });
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it('are those of the chosen toolsets', () => {
    const { list, find } = createToolRegistry(nothing, ['agency', 'webhooks']);
    const names = [
      'campaigns_get_webhooks',
      'campaigns_get_webhook_summary',
      'webhooks_get',
      'clients_get_all',
      'clients_list_api_keys',
    ];
    expect(list.tools.map(({ name }) => name)).toEqual(names);
    expect(find('campaigns_get_all')).toBeUndefined();
  });

  it('stay within 70 KB of tools/list', () => {
    expect(Buffer.byteLength(JSON.stringify(registry.list))).toBeLessThan(70_000);
  });

  it('publish nothing that a strict validator of clients does not know', async () => {
    const { Ajv2020 } = await import('ajv/dist/2020.js');
    const { default: addFormats } = await import('ajv-formats');
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
    addFormats.default(ajv);
    for (const { name, inputSchema } of registry.list.tools) expect(() => ajv.compile(inputSchema), name).not.toThrow();
  });

  it('carry the version of the package', () => expect(version).toBe(manifest.version));
});
