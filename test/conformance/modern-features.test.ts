/** The scenarios of the official suite's frozen list for 2026-07-28 about tools, prompts, resources, completion and caching. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModernRequestOptions, modernRequest } from '../container/instance/modern/modern-request.ts';
import { type RunningFixture, startFixture } from './start-fixture.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture(0);
});
afterAll(() => fixture.close());

const ask = (method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}) =>
  modernRequest(fixture.url, method, params, options);
const call = async (name: string) => (await ask('tools/call', { name, arguments: {} })).result;

describe('tools', () => {
  it('tools-list: each has a name of the permitted form, a description and a schema', async () => {
    const tools = (await ask('tools/list')).result.tools as Record<string, unknown>[];
    expect(tools.length).toBeGreaterThan(20);
    for (const tool of tools) {
      expect(tool).toMatchObject({ description: expect.any(String), inputSchema: { type: 'object' } });
      expect(tool.name).toMatch(/^[A-Za-z0-9_./-]{1,64}$/);
    }
  });

  it.each<[string, string, object[]]>([
    ['tools-call-simple-text', 'test_simple_text', [{ type: 'text', text: 'This is a simple text response for testing.' }]],
    ['tools-call-image', 'test_image_content', [{ type: 'image', mimeType: 'image/png' }]],
    ['tools-call-audio', 'test_audio_content', [{ type: 'audio', mimeType: 'audio/wav' }]],
    ['tools-call-embedded-resource', 'test_embedded_resource', [{ type: 'resource', resource: { mimeType: 'text/plain' } }]],
    ['tools-call-mixed-content', 'test_multiple_content_types', [{ type: 'text' }, { type: 'image' }, { type: 'resource' }]],
  ])('%s', async (_scenario, name, content) => {
    expect(await call(name)).toMatchObject({ resultType: 'complete', content });
  });

  it('tools-call-error: a tool that fails answers a result', async () => {
    const text = 'This tool intentionally returns an error for testing';
    expect(await call('test_error_handling')).toMatchObject({ isError: true, content: [{ type: 'text', text }] });
  });

  it('tools-call-with-progress: 0, 50 and 100 of 100, with the token of the request', async () => {
    const params = { name: 'test_tool_with_progress', arguments: {} };
    const { messages } = await ask('tools/call', params, { meta: { progressToken: 'progress-test-1' } });
    expect(messages.slice(0, -1)).toMatchObject(
      [0, 50, 100].map((progress) => ({ params: { progressToken: 'progress-test-1', progress, total: 100 } })),
    );
  });

  it('json-schema-2020-12: the keywords of a schema survive', async () => {
    const tools = (await ask('tools/list')).result.tools as { name: string; inputSchema: Record<string, unknown> }[];
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { address: { $anchor: 'addressDef' } },
      allOf: [{ anyOf: expect.any(Array) }],
      if: expect.any(Object),
      else: expect.any(Object),
      additionalProperties: false,
    });
  });
});

describe('resources', () => {
  it('resources-list, resources-read-text and resources-read-binary', async () => {
    const resources = (await ask('resources/list')).result.resources as { uri: string; name: string }[];
    expect(resources.map(({ uri }) => uri)).toEqual(expect.arrayContaining(['test://static-text', 'test://static-binary']));
    const read = async (uri: string) => (await ask('resources/read', { uri })).result.contents;
    expect(await read('test://static-text')).toMatchObject([
      { uri: 'test://static-text', mimeType: 'text/plain', text: expect.any(String) },
    ]);
    expect(await read('test://static-binary')).toMatchObject([{ mimeType: 'image/png', blob: expect.any(String) }]);
  });

  it('resources-templates-read: the id of the address is in the content', async () => {
    const { result } = await ask('resources/templates/list');
    expect(result.resourceTemplates).toMatchObject([{ uriTemplate: 'test://template/{id}/data' }]);
    const read = await ask('resources/read', { uri: 'test://template/123/data' });
    expect(read.result.contents).toMatchObject([{ text: expect.stringContaining('"id":"123"') }]);
  });

  it('sep-2164-resource-not-found: an error that names the address', async () => {
    const uri = 'test://nonexistent-resource-for-conformance-testing';
    const { result, error } = await ask('resources/read', { uri });
    expect(result).toBeUndefined();
    expect(error).toMatchObject({ code: -32602, data: { uri } });
  });
});

describe('prompts', () => {
  it('prompts-list: each has a name and a description', async () => {
    const prompts = (await ask('prompts/list')).result.prompts as object[];
    expect(prompts).toHaveLength(5);
    for (const prompt of prompts) expect(prompt).toMatchObject({ name: expect.any(String), description: expect.any(String) });
  });

  it.each<[string, string, Record<string, string>, object[]]>([
    ['prompts-get-simple', 'test_simple_prompt', {}, [{ type: 'text' }]],
    [
      'prompts-get-with-args',
      'test_prompt_with_arguments',
      { arg1: 'one', arg2: 'two' },
      [{ text: "Prompt with arguments: arg1='one', arg2='two'" }],
    ],
    [
      'prompts-get-embedded-resource',
      'test_prompt_with_embedded_resource',
      { resourceUri: 'test://example-resource' },
      [{ type: 'resource', resource: { uri: 'test://example-resource' } }, { type: 'text' }],
    ],
    ['prompts-get-with-image', 'test_prompt_with_image', {}, [{ type: 'image', mimeType: 'image/png' }, { type: 'text' }]],
  ])('%s', async (_scenario, name, promptArguments, contents) => {
    const { result } = await ask('prompts/get', { name, arguments: promptArguments });
    expect(result.messages).toMatchObject(contents.map((content) => ({ role: 'user', content })));
  });
});

describe('completion-complete', () => {
  it('completes an argument of a prompt', async () => {
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
    const { result } = await ask('completion/complete', { ref, argument: { name: 'arg1', value: 'par' } });
    expect(result.completion).toMatchObject({ values: ['paris', 'park', 'party'] });
  });
});

describe('caching', () => {
  it.each<[string, Record<string, unknown>]>([
    ['server/discover', {}],
    ['tools/list', {}],
    ['prompts/list', {}],
    ['resources/list', {}],
    ['resources/templates/list', {}],
    ['resources/read', { uri: 'test://static-text' }],
  ])('%s says how long its answer may be used, and by whom', async (method, params) => {
    const { ttlMs, cacheScope } = (await ask(method, params)).result;
    expect(Number.isInteger(ttlMs) && (ttlMs as number) >= 0).toBe(true);
    expect(cacheScope).toBe('private');
  });
});
