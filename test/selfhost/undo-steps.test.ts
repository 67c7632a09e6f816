import { describe, expect, it } from 'vitest';
import { UndoSteps } from '../../selfhost/undo-steps.ts';

describe('undo steps', () => {
  it('are all done, last first, each once, whatever fails; the first failure is thrown', async () => {
    const undo = new UndoSteps();
    const done: string[] = [];
    undo.add(() => done.push('port'));
    undo.add(async () => {
      done.push('storage');
      throw new Error('storage failed');
    });
    undo.add(() => {
      done.push('platform');
      throw new Error('platform failed');
    });
    undo.add(() => done.push('door'));
    await expect(undo.run()).rejects.toThrow('platform failed');
    expect(done).toEqual(['door', 'platform', 'storage', 'port']);
    await undo.run();
    expect(done).toHaveLength(4);
  });
});
