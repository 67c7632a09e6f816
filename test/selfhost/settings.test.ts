import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../selfhost/settings.ts';

const read = (environment: Record<string, string> = {}, ...commandLine: string[]) =>
  readSettings(environment, commandLine, '/srv/smartlead');

describe('settings', () => {
  it('have defaults that let nobody in from outside', () => {
    expect(read()).toEqual({
      port: 8080,
      hosts: ['127.0.0.1', '::1'],
      publicUrl: undefined,
      dataDir: '/srv/smartlead/.data',
      databaseUrl: undefined,
      masterKey: undefined,
      signUpsOpen: true,
      smartleadHosts: {
        core: 'https://server.smartlead.ai/api/v1',
        prospect: 'https://prospect-api.smartlead.ai/api/v1/search-email-leads',
        delivery: 'https://smartdelivery.smartlead.ai/api/v1',
        senders: 'https://smart-senders.smartlead.ai/api/v1',
      },
      smartleadRateLimit: undefined,
      sandbox: false,
      trustedProxies: 0,
      smtp: undefined,
      metricsToken: undefined,
      allowPrivateWebhooks: false,
      rolloutObserveSeconds: 30,
      mcpAllowedOrigins: [],
      mcpAllowedHosts: undefined,
      mcpCallsPerSecond: undefined,
      mcpStreamsPerToken: undefined,
      drainSeconds: 20,
      redisUrl: undefined,
      warmPoolSize: 0,
    });
  });

  it('take an empty variable for one that is not set', () => {
    const names = ['PORT', 'HOST', 'DATA_DIR', 'PUBLIC_URL', 'DATABASE_URL', 'MASTER_KEY', 'SIGN_UPS', 'SMARTLEAD_CORE_URL'];
    expect(read(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(read());
  });

  it('keep the data of the sandbox apart, unless a folder is named', () => {
    expect(read({}, '--demo')).toMatchObject({ sandbox: true, dataDir: '/srv/smartlead/.data/demo' });
    expect(read({ DATA_DIR: '/data' }, '--demo')).toMatchObject({ sandbox: true, dataDir: '/data' });
  });

  it('drop slashes at the end of URLs, since paths are appended', () => {
    const { publicUrl, smartleadHosts } = read({
      PUBLIC_URL: 'https://mcp.example.com/',
      SMARTLEAD_CORE_URL: 'http://localhost:1/api/v1/',
    });
    expect({ publicUrl, core: smartleadHosts.core }).toEqual({
      publicUrl: 'https://mcp.example.com',
      core: 'http://localhost:1/api/v1',
    });
  });

  it('read where mail goes out and whom it is from, and take neither without the other', () => {
    const from = 'Alerts <alerts@example.com>';
    const url = 'smtp://user:secret@mail.example.com:587';
    expect(read({ SMTP_URL: url, MAIL_FROM: from }).smtp).toEqual({ url, from });
    expect(() => read({ SMTP_URL: url })).toThrow(/^(?!.*secret).*MAIL_FROM/);
    expect(() => read({ SMTP_URL: 'http://mail.example.com', MAIL_FROM: from })).toThrow(SettingsError);
    expect(() => read({ SMTP_URL: url, MAIL_FROM: 'nobody' })).toThrow('MAIL_FROM');
    expect(() => read({ METRICS_TOKEN: 'short' })).toThrow(/^(?!.*short).*METRICS_TOKEN/);
  });

  it('read lists, switches and numbers', () => {
    const settings = read({
      MCP_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
      MCP_ALLOWED_HOSTS: 'mcp.example,mcp.example:8443',
      MCP_CALLS_PER_SECOND: '2.5',
      MCP_STREAMS_PER_TOKEN: '5000',
      DRAIN_SECONDS: '25',
      REDIS_URL: 'redis://127.0.0.1:6379',
      SIGN_UPS: 'closed',
      HOST: '0.0.0.0',
      TRUSTED_PROXIES: '2',
    });
    expect(settings).toMatchObject({
      mcpAllowedOrigins: ['https://a.example', 'https://b.example'],
      mcpAllowedHosts: ['mcp.example', 'mcp.example:8443'],
      mcpCallsPerSecond: 2.5,
      mcpStreamsPerToken: 5_000,
      drainSeconds: 25,
      redisUrl: 'redis://127.0.0.1:6379',
      signUpsOpen: false,
      hosts: ['0.0.0.0'],
      trustedProxies: 2,
    });
  });

  it.each([
    [{ PORT: 'eighty' }, [], 'PORT'],
    [{ PORT: '70000' }, [], 'PORT'],
    [{ PUBLIC_URL: 'mcp.example.com' }, [], 'PUBLIC_URL'],
    [{ DATABASE_URL: 'mysql://localhost/x' }, [], 'DATABASE_URL'],
    [{ SIGN_UPS: 'maybe' }, [], 'SIGN_UPS'],
    [{ DRAIN_SECONDS: 'long' }, [], 'DRAIN_SECONDS'],
    [{ REDIS_URL: 'http://127.0.0.1' }, [], 'REDIS_URL'],
    [{ MCP_CALLS_PER_SECOND: '0' }, [], 'MCP_CALLS_PER_SECOND'],
    [{ SMARTLEAD_RATE_LIMIT: 'fast' }, [], 'SMARTLEAD_RATE_LIMIT'],
    [{}, ['--scale', 'team'], '--scale team'],
    [{}, ['--scale'], '--scale'],
    [{}, ['--verbose'], '--verbose'],
  ])('refuse %j %j in one line that names the culprit', (environment, commandLine, culprit) => {
    let message = '';
    try {
      read(environment as Record<string, string>, ...commandLine);
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      message = (error as Error).message;
    }
    expect(message).toContain(culprit);
    expect(message).not.toContain('\n');
  });
});
