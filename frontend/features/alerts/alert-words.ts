import type { AlertDelivery, AlertKind } from '../../api/contract.ts';
import type { ToneName } from '../../components/status-pill.tsx';

interface KindWords {
  title: string;
  text: string;
  /** The share at which a new rule of the kind fires, in percent; without one the kind has none. */
  percent?: number;
  /** What the share is of. */
  percentLabel?: string;
  /** Minutes over which a new rule of the kind looks; without them the kind looks at this moment only. */
  windowMinutes?: number;
}

/** The kinds of rules with what they watch and what a new one begins with. */
export const kindWords: Record<AlertKind, KindWords> = {
  instance_failed: { title: 'Instance failed', text: 'An instance could not be kept running and was given up.' },
  error_rate: {
    title: 'Many errors',
    text: 'Too large a part of the calls fails, of ten calls at least.',
    percent: 25,
    percentLabel: 'Failed calls in percent',
    windowMinutes: 15,
  },
  key_refused: { title: 'Key refused', text: 'Smartlead refuses the API key of an instance.' },
  quota_near: {
    title: 'Quota near',
    text: 'A limit of the workspace is nearly reached, such as that of instances or tokens.',
    percent: 80,
    percentLabel: 'Used part of the quota in percent',
  },
};

export const deliveryWords: Record<AlertDelivery['status'], { title: string; tone: ToneName }> = {
  sent: { title: 'Sent', tone: 'good' },
  pending: { title: 'On its way', tone: 'accent' },
  failed: { title: 'Failed', tone: 'bad' },
};

export const channelWords: Record<AlertDelivery['channel'], string> = { email: 'E-mail', webhook: 'Webhook' };
