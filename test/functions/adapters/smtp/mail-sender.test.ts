import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { SmtpMailSender } from '../../../../functions/adapters/smtp/mail-sender.ts';
import type { AlertMessage } from '../../../../functions/ports.ts';

const from = 'Smartlead MCP <alerts@example.com>';
const message: AlertMessage = {
  id: 'dlv_1',
  subject: 'Many calls fail: <Grüße> & "more"',
  text: 'The instance "<b>n8n</b>" failed.\nSince noon.',
  link: 'https://mcp.example.com/instances/ins_1?a=1&b=2',
  event: {},
};

let server: SMTPServer | undefined;
afterEach(() => server?.close());

async function mailServer(options: Partial<SMTPServerOptions> = {}) {
  const mails: { recipients: string[]; text: string }[] = [];
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        mails.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', () => resolve()));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

it('goes out as text and as simple HTML, to one recipient, with an id that stays the same', async () => {
  const { url, mails } = await mailServer();
  const sender = new SmtpMailSender({ url, from });
  expect(await sender.send('ada@example.org', message)).toEqual({ sent: true });
  expect(await sender.send('ada@example.org', message)).toEqual({ sent: true });
  expect(mails.map(({ recipients }) => recipients)).toEqual([['ada@example.org'], ['ada@example.org']]);
  for (const { text } of mails) {
    expect(text).toContain('Message-ID: <dlv_1@example.com>');
    expect(text).toContain('From: Smartlead MCP <alerts@example.com>');
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('text/plain');
    expect(text).toContain('&lt;b&gt;n8n&lt;/b&gt;');
    expect(text.slice(text.indexOf('text/html'))).not.toContain('<b>n8n');
  }
});

it('takes an address for one address, whatever is in it', async () => {
  const { url, mails } = await mailServer();
  await new SmtpMailSender({ url, from }).send('a@example.org, b@example.org', message);
  expect(mails.flatMap(({ recipients }) => recipients)).not.toContain('b@example.org');
});

it('is given up where the server refuses the recipient for good, and tried again where it is busy', async () => {
  const refuse = (responseCode: number) => ({
    onRcptTo: (_address: unknown, _session: unknown, done: (error?: Error | null) => void) =>
      done(Object.assign(new Error('canary of the server'), { responseCode })),
  });
  const gone = await mailServer(refuse(550));
  const outcome = await new SmtpMailSender({ url: gone.url, from }).send('ada@example.org', message);
  expect(outcome).toEqual({ sent: false, final: true, error: 'The mail server refused the message or its recipient (550).' });
  server?.close();
  const busy = await mailServer(refuse(451));
  expect(await new SmtpMailSender({ url: busy.url, from }).send('ada@example.org', message)).toMatchObject({ final: false });
});

it('tells of a refused password without the password', async () => {
  const { url } = await mailServer({
    authOptional: false,
    onAuth: (_auth, _session, done) => done(new Error('no')),
  });
  const withPassword = url.replace('smtp://', 'smtp://user:canary-password@');
  const outcome = await new SmtpMailSender({ url: withPassword, from }).send('ada@example.org', message);
  expect(outcome).toMatchObject({ sent: false, final: false, error: expect.stringContaining('user name or password') });
  expect(JSON.stringify(outcome)).not.toContain('canary');
});

it('does not wait for ever for a server that says nothing, or is none', async () => {
  const { url } = await mailServer({ onConnect: () => {} });
  const options = { url, from, timeoutMilliseconds: 200 };
  expect(await new SmtpMailSender(options).send('ada@example.org', message)).toMatchObject({ sent: false, final: false });
  expect(await new SmtpMailSender({ url: 'smtp://127.0.0.1:1', from }).send('ada@example.org', message)).toMatchObject({
    ...{ sent: false, error: 'The mail server could not be reached.' },
  });
});
