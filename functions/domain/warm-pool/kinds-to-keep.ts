import type { Rollout, WarmDemand, WarmKind } from '../../ports.ts';

/** What most instances are. */
const usualSize = 'small';

/**
 * What launches may ask for now, the most important first: the current version in the usual size, then what a rollout under way brings,
 * then the sizes that were asked for lately. Nothing where no version is installed. Pure.
 */
export function kindsToKeep(
  current: string | undefined,
  active: Pick<Rollout, 'version' | 'status'> | undefined,
  demand: readonly WarmDemand[],
): WarmKind[] {
  if (current === undefined) return [];
  const isComing = active !== undefined && active.status !== 'rolling_back' && active.version !== current;
  const versions = isComing ? [current, active.version] : [current];
  const sizes = new Set([usualSize, ...demand.map(({ size }) => size)] as const);
  return [...sizes].flatMap((size) => versions.map((version) => ({ version, size })));
}
