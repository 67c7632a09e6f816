import { expect, it } from 'vitest';
import { connectModernStdio } from '../../../../container/instance/protocol/modern/modern-stdio.ts';
import { StdioChannel } from '../../../../container/instance/protocol/stdio-channel.ts';
import { done, fakeFeatures } from './fake-features.ts';
import { revision } from './modern-request.ts';

const log = { write: () => undefined, flush: () => undefined };
const _meta = {
  'io.modelcontextprotocol/protocolVersion': revision,
  'io.modelcontextprotocol/clientCapabilities': {},
};

it.each([
  ['without a name', {}, 'Invalid tools/call: "params.name" must be a text'],
  ['with a number for a name', { name: 7 }, 'Invalid tools/call: "params.name" must be a text'],
  ['with a list of arguments', { name: 'act', arguments: [] }, 'Invalid tools/call: "params.arguments" must be an object'],
])('a call %s is refused over stdio in the words of all doors', async (_what, params, message) => {
  const answered = Promise.withResolvers<unknown>();
  const channel = new StdioChannel(async (sent) => answered.resolve(sent));
  const end = await connectModernStdio(
    channel,
    fakeFeatures(() => done()),
    log,
  );
  channel.onmessage?.({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...params, _meta } });
  expect(await answered.promise).toMatchObject({ id: 1, error: { code: -32602, message } });
  await end();
});
