import { afterEach, describe, expect, it, vi } from 'vitest';
import { createArgumentLog, mostArgumentBytes } from '../../../container/instance/observability/argument-log.ts';
import { apiKey, callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

const key = 'demo-key-4711-canary';
const redact = (text: string) => text.replaceAll(key, '[removed]');
const soon = () => new Date(Date.now() + 60_000).toISOString();
const log = (tool: string, callArguments: Record<string, unknown>) => createArgumentLog(soon(), redact)(tool, callArguments);

afterEach(() => void vi.useRealTimers());

describe('the log of arguments', () => {
  it('keeps nothing unless it was turned on, and nothing from its end on', () => {
    vi.useFakeTimers();
    expect(createArgumentLog(undefined, redact)('leads_list', { id: 1 })).toBeUndefined();
    const argumentLog = createArgumentLog(new Date(Date.now() + 1000).toISOString(), redact);
    expect(argumentLog('leads_list', { id: 1 })).toBe('{"id":1}');
    vi.advanceTimersByTime(1000);
    expect(argumentLog('leads_list', { id: 1 })).toBeUndefined();
  });

  it('takes out what the catalogue marks as secret, what is named like one, and the key wherever it stands', () => {
    const kept = log('senders_auto_generate_mailboxes', {
      password: 'canary-1',
      nested: [{ imap_password: 'canary-2', access_token: 'canary-3', note: `see ${key}` }],
      api_key: 'canary-4',
      [key]: 'x',
      name: 'Ada',
    });
    expect(kept).not.toContain('canary');
    expect(JSON.parse(kept ?? '')).toMatchObject({ name: 'Ada', password: '[removed]' });
  });

  it.each([
    ['a huge text', { csv: 'é"\\\n'.repeat(500_000) }],
    ['a huge list', { leads: Array.from({ length: 100_000 }, (_, number) => ({ email: `a${number}@example.com` })) }],
    ['very many fields', Object.fromEntries(Array.from({ length: 50_000 }, (_, number) => [`field-${number}`, 'x']))],
    ['a huge name', { ['n'.repeat(1_000_000)]: 1 }],
    ['control characters', { text: '\u0001'.repeat(100_000) }],
  ])('is bounded for %s, and stays JSON', (_what, callArguments) => {
    const kept = log('leads_list', callArguments) ?? '';
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(mostArgumentBytes);
    expect(() => JSON.parse(kept)).not.toThrow();
  });

  it('leaves no half of a key where it cuts', () => {
    for (let length = 3850; length < 3920; length += 1) {
      const kept = log('leads_list', { text: 'x'.repeat(length) + key }) ?? '';
      expect(kept).not.toContain(key.slice(0, 6));
    }
  });
});

describe('an instance', () => {
  let running: RunningInstance;
  afterEach(() => running.close());

  const line = () =>
    running
      .log()
      .split('\n')
      .find((text) => text.includes('"tool":"campaigns_get_by_id"')) ?? '{}';

  it('logs no argument by itself', async () => {
    running = await startInstance();
    const client = await connectClient(running.url, 'streamable-http');
    await callTool(client, 'campaigns_get_by_id', { campaign_id: 7411 });
    await client.close();
    expect(JSON.parse(line())).toMatchObject({ tool: 'campaigns_get_by_id' });
    expect(running.log()).not.toContain('7411');
  });

  it('logs them while its owner wants that, without its key', async () => {
    running = await startInstance({ argumentLogUntil: soon() });
    const client = await connectClient(running.url, 'streamable-http');
    await callTool(client, 'campaigns_get_by_id', { campaign_id: 7411, fields: [apiKey] });
    await client.close();
    expect(JSON.parse(line()).arguments).toContain('"campaign_id":7411');
    expect(running.log()).not.toContain(apiKey);
  });
});
