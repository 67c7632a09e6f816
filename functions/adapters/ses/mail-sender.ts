import { type SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { AlertMessage, MailSender, SendOutcome } from '../../ports.ts';
import { mailBodies } from '../smtp/mail-bodies.ts';

/** Sends mail through Amazon SES. */
export class SesMailSender implements MailSender {
  readonly #client: Pick<SESv2Client, 'send'>;
  readonly #from: string;

  /** @param from Address that SES has verified, or whose domain it has. */
  constructor(client: Pick<SESv2Client, 'send'>, from: string) {
    this.#client = client;
    this.#from = from;
  }

  async send(to: string, message: AlertMessage): Promise<SendOutcome> {
    // SES reads the recipient as a header: what is more than an address could be read as several.
    if (!/^[^\s,;:<>()[\]"\\]+@[^\s,;:<>()[\]"\\@]+$/u.test(to))
      return failure('This is no e-mail address that mail can be sent to.', true);
    const { text, html } = mailBodies(message);
    try {
      await this.#client.send(
        new SendEmailCommand({
          FromEmailAddress: `"Smartlead MCP" <${this.#from}>`,
          Destination: { ToAddresses: [to] },
          Content: {
            Simple: {
              Subject: { Data: message.subject, Charset: 'UTF-8' },
              Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
              Headers: [
                { Name: 'Auto-Submitted', Value: 'auto-generated' },
                // The same for every attempt, as SES makes the message's own identifier anew each time.
                { Name: 'X-Entity-Ref-ID', Value: message.id },
              ],
            },
          },
        }),
      );
      return { sent: true };
    } catch (error) {
      return describeFailure(error);
    }
  }
}

/**
 * In our words: SES's can name addresses and accounts. Final is what will be refused in the same way the next time, whatever an operator
 * does. Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
function describeFailure(error: unknown): SendOutcome {
  if (!(error instanceof SESv2ServiceException)) return failure('The mail service could not be reached.');
  switch (error.name) {
    case 'MessageRejected':
      // It says so of a sender, and of a recipient while the account is in SES's sandbox, that an operator has to verify first.
      return /not verified/i.test(error.message)
        ? failure(
            'The mail service does not know the sender, or not yet this recipient. The operator of this service has to verify them.',
          )
        : failure('The mail service refused the message.', true);
    case 'BadRequestException':
      return failure('The mail service refused the message or its recipient.', true);
    case 'MailFromDomainNotVerifiedException':
    case 'NotFoundException':
      return failure('The mail service does not know the sender. The operator of this service has to verify the address.');
    case 'AccountSuspendedException':
    case 'SendingPausedException':
      return failure('The mail service does not send for this installation at present. Its operator has to look after that.');
    case 'TooManyRequestsException':
    case 'LimitExceededException':
    case 'ThrottlingException':
      return failure('The mail service takes no more messages at the moment.');
    case 'AccessDeniedException':
      return failure(
        'The mail service does not let this installation send from its address. Its operator has to look after that.',
      );
    default:
      return failure('The mail service did not work.');
  }
}

function failure(error: string, final = false): SendOutcome {
  return { sent: false, error, final };
}
