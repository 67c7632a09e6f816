import type { RolloutStatus } from '../../api/contract.ts';
import type { ToneName } from '../../components/status-pill.tsx';

/** A rollout under way that has met trouble, or was cancelled. */
export const goingBackWords = { title: 'Going back', tone: 'caution' } as const;

/** The states of a rollout in words. */
export const rolloutWords: Record<RolloutStatus, { title: string; tone: ToneName; text: string }> = {
  canary: { title: 'Canary', tone: 'accent', text: 'One instance runs the new version first.' },
  rolling: { title: 'Rolling', tone: 'accent', text: 'The others follow, a few at a time.' },
  done: { title: 'Done', tone: 'good', text: 'Every running instance has the new version.' },
  rolled_back: { title: 'Rolled back', tone: 'caution', text: 'Every instance has its earlier version again.' },
  failed: { title: 'Failed', tone: 'bad', text: 'It ended before all instances had one version.' },
};
