import { expect, it } from 'vitest';
import { MemoryAttemptLimiter } from '../../../../functions/adapters/attempt-limiter.ts';
import { LimitedMailSender } from '../../../../functions/adapters/smtp/limited-mail-sender.ts';
import type { AlertMessage } from '../../../../functions/ports.ts';
import { InMemoryMailSender } from '../../in-memory/alert-senders.ts';

function message(workspaceId: string): AlertMessage {
  return {
    id: 'dlv_1',
    subject: 'S',
    text: 'T',
    link: 'https://mcp.example',
    event: { type: 'alert.fired', data: { workspaceId } },
  };
}

function limited() {
  const mail = new InMemoryMailSender();
  const limits = {
    recipient: new MemoryAttemptLimiter({ attempts: 2, windowSeconds: 3600 }),
    workspace: new MemoryAttemptLimiter({ attempts: 5, windowSeconds: 3600 }),
  };
  return { mail, sender: new LimitedMailSender(mail, limits) };
}

it('a mailbox gets so many messages, whoever names it and however', async () => {
  const { mail, sender } = limited();
  expect(await sender.send('stranger@example.com', message('ws_1'))).toEqual({ sent: true });
  expect(await sender.send('Stranger@Example.com', message('ws_2'))).toEqual({ sent: true });
  for (const address of ['stranger@example.com', 'STRANGER+more@example.com']) {
    const outcome = await sender.send(address, message('ws_3'));
    expect(outcome).toEqual({ sent: false, error: expect.stringMatching(/^This address got too many messages/), final: false });
  }
  expect(mail.sent).toHaveLength(2);
});

it('a workspace sends so many messages, whomever it names, and no other one pays for it', async () => {
  const { mail, sender } = limited();
  for (let count = 0; count < 5; count += 1) await sender.send(`${count}@example.com`, message('ws_1'));
  const outcome = await sender.send('6@example.com', message('ws_1'));
  expect(outcome).toMatchObject({
    sent: false,
    error: expect.stringMatching(/^This workspace sent too many messages/),
    final: false,
  });
  expect(mail.sent).toHaveLength(5);
  expect(await sender.send('6@example.com', message('ws_2'))).toEqual({ sent: true });
});
