import { describe, expect, it } from 'vitest';
import { kindsToKeep } from '../../../../functions/domain/warm-pool/kinds-to-keep.ts';

const demandOf = (size: 'small' | 'medium' | 'large') => ({
  ...{ version: 'a', size, hour: '2026-11-22T08:00:00.000Z', claimed: 0, missed: 1 },
});

describe('what the warm pool keeps ready', () => {
  it('is nothing where nothing is installed', () => {
    expect(kindsToKeep(undefined, undefined, [demandOf('small')])).toEqual([]);
  });

  it('is the current version in the usual size, and in sizes that are asked for', () => {
    expect(kindsToKeep('a', undefined, [])).toEqual([{ version: 'a', size: 'small' }]);
    expect(kindsToKeep('b', undefined, [demandOf('large'), demandOf('small'), demandOf('large')])).toEqual([
      { version: 'b', size: 'small' },
      { version: 'b', size: 'large' },
    ]);
  });

  it('is also what a rollout brings, as long as it goes forward', () => {
    const rollout = { version: 'b', status: 'rolling' } as const;
    expect(kindsToKeep('a', rollout, [])).toEqual([
      { version: 'a', size: 'small' },
      { version: 'b', size: 'small' },
    ]);
    expect(kindsToKeep('a', { ...rollout, status: 'rolling_back' }, [])).toEqual([{ version: 'a', size: 'small' }]);
    expect(kindsToKeep('b', rollout, [])).toEqual([{ version: 'b', size: 'small' }]);
  });
});
