import { describe, expect, it } from 'vitest';
import { lazyPort } from '../../../functions/composition/lazy-port.ts';

class Store {
  readonly #name = 'the store';
  async find(id: string): Promise<string> {
    return `${id} of ${this.#name}`;
  }
}

describe('a lazy port', () => {
  it('is made once, when it is first used, and keeps its own state', async () => {
    let made = 0;
    const port = lazyPort(async () => {
      made += 1;
      return new Store();
    });
    expect(made).toBe(0);
    expect(await Promise.all([port.find('a'), port.find('b')])).toEqual(['a of the store', 'b of the store']);
    expect(made).toBe(1);
  });

  it('is tried again where it could not be made', async () => {
    let away = true;
    const port = lazyPort(async () => {
      if (away) throw new Error('away');
      return new Store();
    });
    await expect(port.find('a')).rejects.toThrow('away');
    away = false;
    expect(await port.find('a')).toBe('a of the store');
  });
});
