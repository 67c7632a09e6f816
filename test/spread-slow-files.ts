import { relative, sep } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Folders below `test` whose files take long, each for another reason: those of one compute most, those of the next wait most. */
const slowFolders = ['aws', 'faults', 'frontend', 'e2e', 'infra', 'selfhost'];

/**
 * Orders test files so that none is still running alone when all others are done, also in a fresh clone, where Vitest has no times of
 * earlier runs to go by: first one file of each slow folder in turn, so that what computes runs beside what waits; then the others.
 * Files that share a process come last, because Vitest keeps the process only while the next file shares it, too.
 */
export class SpreadSlowFiles extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // By their times where they are known, else by their sizes.
    const sorted = await super.sort(files);
    const isolated = sorted.filter(({ project }) => project.config.isolate);
    const slow = slowFolders.map((folder) => isolated.filter((file) => folderOf(file) === folder));
    const inTurn = takeInTurn(slow);
    const taken = new Set(inTurn);
    return [
      ...inTurn,
      ...isolated.filter((file) => !taken.has(file)),
      ...sorted.filter(({ project }) => !project.config.isolate),
    ];
  }
}

/** The first of each list, then the second of each, and so on. */
function takeInTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

/** Name of the folder right below `test`. */
function folderOf({ moduleId, project }: TestSpecification): string | undefined {
  return relative(project.config.root, moduleId).split(sep)[1];
}
