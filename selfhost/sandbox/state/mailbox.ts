export type MailboxType = 'GMAIL' | 'OUTLOOK' | 'SMTP';

export interface Warmup {
  status: 'ACTIVE' | 'INACTIVE';
  perDay: number;
  rampUp: number;
  replyRate: number;
  totalSent: number;
  totalSpam: number;
  reputation: number;
  createdAt: number;
}

/** A sender. Its passwords are made up when they are read: whatever a customer types into the sandbox is never kept. */
export interface Mailbox {
  id: number;
  fromName: string;
  fromEmail: string;
  username: string;
  type: MailboxType;
  smtpHost: string;
  smtpPort: number;
  imapHost: string;
  imapPort: number;
  connected: boolean;
  messagesPerDay: number;
  minutesBetweenEmails: number;
  signature: string;
  trackingDomain: string | null;
  bcc: string | null;
  replyTo: string | null;
  clientId: number | null;
  suspended: boolean;
  warmup: Warmup;
  tagIds: Set<number>;
  createdAt: number;
  updatedAt: number;
}

export const fakeSmtpPassword = (mailboxId: number) => `sandbox-smtp-password-${mailboxId}`;
export const fakeImapPassword = (mailboxId: number) => `sandbox-imap-password-${mailboxId}`;

/** A mailbox with the service's defaults for what was not said. */
export function newMailbox(
  settings: Pick<Mailbox, 'id' | 'fromName' | 'fromEmail' | 'username' | 'type' | 'createdAt'> & Partial<Mailbox>,
): Mailbox {
  const provider = { GMAIL: 'gmail.example.com', OUTLOOK: 'outlook.example.com', SMTP: 'mail.example.com' }[settings.type];
  return {
    smtpHost: `smtp.${provider}`,
    smtpPort: 587,
    imapHost: `imap.${provider}`,
    imapPort: 993,
    connected: true,
    messagesPerDay: 50,
    minutesBetweenEmails: 5,
    signature: '',
    trackingDomain: null,
    bcc: null,
    replyTo: null,
    clientId: null,
    suspended: false,
    warmup: {
      status: 'INACTIVE',
      perDay: 20,
      rampUp: 5,
      replyRate: 30,
      totalSent: 0,
      totalSpam: 0,
      reputation: 100,
      createdAt: settings.createdAt,
    },
    tagIds: new Set(),
    updatedAt: settings.createdAt,
    ...settings,
  };
}
