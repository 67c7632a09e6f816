import { BadRequestException, MessageRejected, SESv2ServiceException, TooManyRequestsException } from '@aws-sdk/client-sesv2';
import { expect, it } from 'vitest';
import { SesMailSender } from '../../../../functions/adapters/ses/mail-sender.ts';
import type { AlertMessage } from '../../../../functions/ports.ts';

const message: AlertMessage = {
  id: 'dlv_1',
  subject: 'Many calls fail',
  text: 'The instance failed.',
  link: 'https://mcp.example.com/instances/ins_1',
  event: {},
};
const options = { message: 'as SES words it: secret-detail', $metadata: {} };

/** A sender whose client answers every request with this error. */
function refusing(error: unknown) {
  return new SesMailSender({ send: () => Promise.reject(error) } as never, 'alerts@example.com');
}

function named(name: string) {
  return new SESv2ServiceException({ ...options, name, $fault: 'client' });
}

it.each([
  [new MessageRejected(options), true],
  [new MessageRejected({ ...options, message: 'Email address is not verified: ada@example.org' }), false],
  [new BadRequestException(options), true],
  [new TooManyRequestsException(options), false],
  [named('AccountSuspendedException'), false],
  [named('SendingPausedException'), false],
  [named('MailFromDomainNotVerifiedException'), false],
  [named('LimitExceededException'), false],
  [named('AccessDeniedException'), false],
  [named('SomethingNew'), false],
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), false],
])('%s: trying again is of no use: %s', async (error, final) => {
  const outcome = await refusing(error).send('ada@example.org', message);
  expect(outcome).toEqual({ sent: false, final, error: expect.stringMatching(/^The mail service /) });
  expect(JSON.stringify(outcome)).not.toMatch(/secret-detail|ada@example/);
});

it.each(['a@example.org, b@example.org', 'Ada <a@example.org>', 'a@example.org\r\nBcc: b@example.org', 'nobody'])(
  'sends nothing to %j, which is more or less than one address',
  async (to) => {
    const sender = new SesMailSender({ send: () => Promise.reject(new Error('was sent')) } as never, 'alerts@example.com');
    expect(await sender.send(to, message)).toEqual({
      sent: false,
      final: true,
      error: expect.stringContaining('no e-mail address'),
    });
  },
);
