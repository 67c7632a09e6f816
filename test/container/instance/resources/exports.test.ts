import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createExports, exportLifetimeMs } from '../../../../container/instance/resources/exports.ts';

const file = (name: string, length = 10) => ({ name, description: name, mimeType: 'text/csv', bytes: Buffer.alloc(length) });
const names = (exports: ReturnType<typeof createExports>) => exports.list().map(({ name }) => name);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('exports', () => {
  it('are found under their own URI and listed newest first', () => {
    const exports = createExports();
    const one = exports.add(file('one'));
    const two = exports.add(file('two'));
    expect(one.uri).toMatch(/^smartlead:\/\/exports\/[\w-]{36}\.csv$/);
    expect(one.uri).not.toBe(two.uri);
    expect(exports.find(one.uri)?.name).toBe('one');
    expect(names(exports)).toEqual(['two', 'one']);
    exports.close();
    expect(names(exports)).toEqual([]);
  });

  it('go after an hour, each at its time, and listeners hear of it', () => {
    const exports = createExports();
    const changes = vi.fn();
    exports.onChanged(changes);
    const one = exports.add(file('one'));
    vi.advanceTimersByTime(exportLifetimeMs / 2);
    exports.add(file('two'));
    expect(changes).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(exportLifetimeMs / 2);
    expect(changes).toHaveBeenCalledTimes(3);
    expect(exports.find(one.uri)).toBeUndefined();
    expect(names(exports)).toEqual(['two']);
    vi.advanceTimersByTime(exportLifetimeMs / 2);
    expect(changes).toHaveBeenCalledTimes(4);
    expect(names(exports)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('make room for new ones, the oldest first, by number and by bytes', () => {
    const few = createExports({ mostFiles: 2 });
    for (const name of ['one', 'two', 'three']) few.add(file(name));
    expect(names(few)).toEqual(['three', 'two']);
    const small = createExports({ mostBytes: 100 });
    small.add(file('one', 60));
    small.add(file('two', 30));
    small.add(file('three', 30));
    expect(names(small)).toEqual(['three', 'two']);
    small.add(file('four', 100));
    expect(names(small)).toEqual(['four']);
    few.close();
    small.close();
  });

  it('tell nobody who has left', () => {
    const exports = createExports();
    const [first, second] = [vi.fn(), vi.fn()];
    const leave = exports.onChanged(first);
    exports.onChanged(second);
    leave();
    exports.add(file('one'));
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
    exports.close();
  });
});
