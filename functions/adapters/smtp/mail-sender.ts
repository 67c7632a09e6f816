import { createTransport } from 'nodemailer';
import type { AlertMessage, MailSender, SendOutcome } from '../../ports.ts';
import { mailBodies } from './mail-bodies.ts';

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export interface SmtpOptions {
  /** Such as `smtp://user:password@mail.example.com:587`, or `smtps://` for TLS from the start. */
  url: string;
  /** Such as `Smartlead MCP <alerts@example.com>`. */
  from: string;
  /** How long the server may be silent at each step, in milliseconds; usual times where it is missing. */
  timeoutMilliseconds?: number;
}

/** Sends mail through an SMTP server, a connection for each message: alerts are seldom. */
export class SmtpMailSender implements MailSender {
  readonly #transport: ReturnType<typeof createTransport>;
  readonly #from: string;
  readonly #host: string;

  constructor({ url, from, timeoutMilliseconds }: SmtpOptions) {
    const { password, hostname } = new URL(url);
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    this.#from = from;
    this.#host = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
    this.#transport = createTransport({
      url,
      ...timeouts,
      ...(timeoutMilliseconds === undefined
        ? {}
        : Object.fromEntries(Object.keys(timeouts).map((name) => [name, timeoutMilliseconds]))),
      // A password crosses a network only encrypted.
      requireTLS: password !== '' && !isLocal,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(to: string, message: AlertMessage): Promise<SendOutcome> {
    try {
      await this.#transport.sendMail({
        from: this.#from,
        // As an object, so that no text of it is read as another recipient.
        to: { name: '', address: to },
        subject: message.subject,
        // The same for every attempt: a mailbox that got the first one can drop the second.
        messageId: `<${message.id}@${this.#host}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...mailBodies(message),
      });
      return { sent: true };
    } catch (error) {
      return describeFailure(error);
    }
  }
}

/** In our words: the server's can hold anything, and the error itself names the user. */
function describeFailure(error: unknown): SendOutcome {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const status = typeof responseCode === 'number' ? ` (${responseCode})` : '';
  if (code === 'EAUTH' || code === 'ENOAUTH') return failure(`The mail server refused our user name or password${status}.`);
  if (code === 'EENVELOPE' || code === 'EMESSAGE') {
    // RFC 5321: 5yz is for good, save for commands in a wrong order.
    const isFinal = typeof responseCode === 'number' && responseCode >= 500 && responseCode !== 503;
    return failure(`The mail server refused the message or its recipient${status}.`, isFinal);
  }
  if (code === 'ETLS') return failure('The mail server offers no secure connection.');
  if (code === 'EDNS') return failure('The mail server was not found.');
  return failure(`The mail server could not be reached${status}.`);
}

function failure(error: string, final = false): SendOutcome {
  return { sent: false, error, final };
}
