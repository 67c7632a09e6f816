import { describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { createOperationTool } from '../../../container/instance/tools/operation-tool.ts';
import { profileTools } from '../../../container/instance/tools/profiles.ts';
import { createToolRegistry } from '../../../container/instance/tools/tool-registry.ts';
import { profiles } from '../../../core/tool-selection.ts';
import { toolList } from '../../../scripts/token-budget.ts';

const tools = operations.map((operation) => createOperationTool(operation, { call: () => Promise.resolve({ value: {} }) }));
const full = toolList([]).tools;
const definitionOf = (name: string) => tools.find(({ definition }) => definition.name === name)?.definition;
const told = (name: string) => full.find((definition) => definition.name === name);

describe('the list of all tools', () => {
  it('has every operation and the tools of many steps, each with a description and hints', () => {
    const names = full.map(({ name }) => name);
    for (const { id } of operations) expect(names).toContain(toolName(id));
    for (const name of ['build_campaign', 'import_leads', 'report_campaigns', 'export_leads', 'export_statistics'])
      expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, description, annotations } of full) {
      expect(name.length, name).toBeLessThanOrEqual(40);
      expect(description, name).toBeTruthy();
      // Read, or said whether it destroys.
      expect(annotations?.readOnlyHint === true || typeof annotations?.destructiveHint === 'boolean', name).toBe(true);
    }
  });

  it('means by its hints what the full definitions say', () => {
    for (const { name, annotations = {} } of full) {
      const complete = definitionOf(name)?.annotations;
      if (complete === undefined) continue;
      const assumed = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true, ...annotations };
      expect(assumed.readOnlyHint, name).toBe(complete.readOnlyHint);
      expect(assumed.openWorldHint, name).toBe(complete.openWorldHint);
      if (complete.readOnlyHint === false) expect(assumed, name).toEqual(complete);
    }
  });

  it('names every argument', () => {
    for (const { name, inputSchema } of full) {
      const complete = definitionOf(name)?.inputSchema;
      if (complete === undefined) continue;
      const missing = Object.keys(complete.properties ?? {}).filter(
        (argument) => inputSchema.properties?.[argument] === undefined,
      );
      expect(missing, name).toEqual([]);
      expect(inputSchema.required, name).toEqual(complete.required);
    }
  });

  it('refers only to what is told in the same list', () => {
    for (const definition of full) {
      for (const [, argument, tool] of JSON.stringify(definition).matchAll(/As (?:in|(\w+) of) ([a-z_]+)/gi)) {
        const source = told(tool as string);
        expect(source, `${definition.name} refers to ${tool}`).toBeDefined();
        if (argument !== undefined) expect(source?.inputSchema.properties).toHaveProperty(argument);
      }
    }
  });

  it('tells the filters of inbox lists once', () => {
    expect(told('inbox_get_messages')?.inputSchema.properties?.filters).toHaveProperty('properties.campaignId.maxItems', 5);
    expect(told('inbox_get_sent')?.inputSchema.properties?.filters).toEqual({
      type: 'object',
      description: 'As in inbox_get_messages',
    });
    expect(told('inbox_get_views')?.inputSchema.properties?.filters).toMatchObject({
      properties: { subSequenceId: expect.anything() },
      description: 'Also as in inbox_get_messages',
    });
  });
});

describe('profiles', () => {
  it.each(profiles)('%s has at most 20 tools, all of which exist, with all hints', (profile) => {
    const { tools: listed } = toolList([profile]);
    expect(listed.map(({ name }) => name)).toEqual(profileTools[profile]);
    expect(listed.length).toBeLessThanOrEqual(20);
    expect(new Set(profileTools[profile]).size).toBe(listed.length);
    for (const { annotations } of listed) {
      expect(annotations).toEqual({
        readOnlyHint: expect.any(Boolean),
        destructiveHint: expect.any(Boolean),
        idempotentHint: expect.any(Boolean),
        openWorldHint: expect.any(Boolean),
      });
    }
  });

  it('lets the analyst read only', () => {
    for (const { annotations } of toolList(['analyst']).tools) expect(annotations?.readOnlyHint).toBe(true);
  });
});

describe('the lists of a policy', () => {
  it('keep denied tools off the list, but findable, so that a call can be refused with the reason', () => {
    const { list, find, findAny } = createToolRegistry(tools, { kind: 'full' }, { deniedTools: ['campaigns_delete'] });
    expect(list.tools.map(({ name }) => name)).not.toContain('campaigns_delete');
    expect(list.tools).toHaveLength(194);
    expect(find('campaigns_delete')).toBeDefined();
    expect(findAny('campaigns_delete')).toBeDefined();
  });

  it('leave allowed tools alone on the list, told in full', () => {
    const allowedTools = ['inbox_get_sent', 'campaigns_get_all'];
    const { list } = createToolRegistry(tools, { kind: 'full' }, { allowedTools });
    expect(list.tools).toEqual([definitionOf('campaigns_get_all'), definitionOf('inbox_get_sent')]);
  });

  it('find a tool outside of the selection only among all', () => {
    const { find, findAny } = createToolRegistry(tools, { kind: 'profile', profile: 'analyst' });
    expect(find('campaigns_delete')).toBeUndefined();
    expect(findAny('campaigns_delete')).toBeDefined();
    expect(findAny('search_tools')).toBeUndefined();
    expect(findAny('no_such_tool')).toBeUndefined();
  });
});
