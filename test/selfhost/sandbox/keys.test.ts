import { expect, test } from 'vitest';
import { SandboxClient, unhurriedClock, withSandbox } from './sandbox-client.ts';

test.each(['sl_live_0123456789', 'demo', 'demo-', 'DEMO-me', ' demo-me', 'demo-a b', 'demo-a/b', `demo-${'x'.repeat(121)}`])(
  'the key %j is refused as Smartlead refuses one',
  (key) =>
    withSandbox({}, async (sandbox) => {
      const client = new SandboxClient(sandbox, key);
      for (const [host, path] of [
        ['core', '/campaigns/'],
        ['prospect', '/countries'],
        ['delivery', '/spam-test/folder'],
        ['senders', '/smart-senders/get-vendors'],
      ] as const) {
        const reply = await client.send('GET', path, { host });
        expect([reply.status, reply.body]).toEqual([401, { message: 'Invalid API Key' }]);
      }
    }),
);

test('a missing key is refused in the other shape, and a key given twice is none', () =>
  withSandbox({}, async (sandbox) => {
    const missing = await new SandboxClient(sandbox, null).get('/campaigns/');
    expect(missing.status).toBe(401);
    expect(missing.body).toEqual({ success: false, error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' } });
    const twice = await fetch(`${sandbox.hosts.core}/campaigns/?api_key=demo-a&api_key=demo-b`);
    expect(twice.status).toBe(401);
  }));

test('a refused key learns nothing about routes', () =>
  withSandbox({}, async (sandbox) => {
    expect((await new SandboxClient(sandbox, 'wrong').get('/no-such-route')).status).toBe(401);
  }));

test('what one key changes, another does not see', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const one = new SandboxClient(sandbox, 'demo-one');
    const other = new SandboxClient(sandbox, 'demo-other');
    const before = await other.read('/campaigns/');
    const created = await one.write<{ id: number }>('/campaigns/create', { name: 'Mine alone' });
    expect(await other.read('/campaigns/')).toEqual(before);
    expect(await other.read(`/campaigns/${created.id}`)).toEqual({});
    expect((await other.post(`/campaigns/${created.id}/status`, { status: 'STOPPED' })).status).toBe(404);
    const [foreign] = await one.read<{ id: number }[]>('/email-accounts/', { limit: 1 });
    expect((await other.get(`/email-accounts/${foreign?.id}/`)).status).toBe(404);
  }));

test('the account unused for longest is forgotten when there are too many', () =>
  withSandbox({ clock: unhurriedClock(), maximumAccounts: 2 }, async (sandbox) => {
    const names = async (key: string) =>
      (await new SandboxClient(sandbox, key).read<{ name: string }[]>('/campaigns/')).map((row) => row.name);
    await new SandboxClient(sandbox, 'demo-a').write('/campaigns/create', { name: 'kept' });
    await new SandboxClient(sandbox, 'demo-b').write('/campaigns/create', { name: 'lost' });
    await names('demo-a');
    await names('demo-c');
    expect(await names('demo-a')).toContain('kept');
    expect(await names('demo-b')).not.toContain('lost');
  }));

test('an account that was filled up refuses more writes and still answers reads', () =>
  withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const sequences = [
      { id: null, seq_number: 1, subject: '', email_body: 'x'.repeat(4_000_000), seq_delay_details: { delay_in_days: 0 } },
    ];
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { id } = await client.write<{ id: number }>('/campaigns/create', {});
      statuses.push((await client.post(`/campaigns/${id}/sequences`, { sequences })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 400]);
    expect((await client.get('/campaigns/')).status).toBe(200);
  }));
