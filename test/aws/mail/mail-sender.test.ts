import { CreateEmailIdentityCommand } from '@aws-sdk/client-sesv2';
import { expect, it } from 'vitest';
import { createMailClient } from '../../../functions/adapters/ses/client.ts';
import { SesMailSender } from '../../../functions/adapters/ses/mail-sender.ts';
import { describeOnAws, emulatorSettings } from '../emulator.ts';

const message = {
  id: 'dlv_1',
  subject: 'Many calls fail: <Grüße> & "more"',
  text: 'The instance "<b>n8n</b>" failed.\nSince noon.',
  link: 'https://mcp.example.com/instances/ins_1?a=1&b=2',
  event: {},
};

describeOnAws('mail through SES', () => {
  it('goes out from a verified address as text and as simple HTML, to one recipient', async () => {
    const client = createMailClient(emulatorSettings());
    const bodies: string[] = [];
    client.middlewareStack.add(
      (next) => async (args) => {
        const { body } = args.request as { body?: unknown };
        bodies.push(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array));
        return next(args);
      },
      { step: 'finalizeRequest', name: 'bodies' },
    );
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'alerts@example.com' }));
    expect(await new SesMailSender(client, 'alerts@example.com').send('ada@example.org', message)).toEqual({ sent: true });
    const sent = JSON.parse(bodies.at(-1) ?? '');
    expect(sent).toMatchObject({
      FromEmailAddress: '"Smartlead MCP" <alerts@example.com>',
      Destination: { ToAddresses: ['ada@example.org'] },
      Content: { Simple: { Subject: { Data: message.subject } } },
    });
    const { Text, Html } = sent.Content.Simple.Body;
    expect(Text.Data).toContain('The instance "<b>n8n</b>" failed.');
    expect(Html.Data).toContain('&lt;b&gt;n8n&lt;/b&gt;');
    expect(Html.Data).not.toContain('<b>n8n');
  });

  it('from an address that nobody verified is not sent, and may be later', async () => {
    const sender = new SesMailSender(createMailClient(emulatorSettings()), 'nobody@elsewhere.example');
    expect(await sender.send('ada@example.org', message)).toMatchObject({ sent: false, final: false });
  });
});
