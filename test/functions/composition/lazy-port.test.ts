import { describe, expect, it } from 'vitest';
import { lazyPort } from '../../../functions/composition/lazy-port.ts';

class Store {
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }

  async find(id: string): Promise<string> {
    return `${id} of ${this.#name}`;
  }
}

class Source {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

describe('a lazy port', () => {
  it('is made once, when it is first used, and keeps its own state', async () => {
    let made = 0;
    const source = new Source('the store');
    const port = lazyPort(
      async () => source,
      ({ name }) => {
        made += 1;
        return new Store(name);
      },
    );
    expect(made).toBe(0);
    expect(await Promise.all([port.find('a'), port.find('b')])).toEqual(['a of the store', 'b of the store']);
    expect(made).toBe(1);
  });

  it('is made anew when its source is another', async () => {
    let source = new Source('one');
    const port = lazyPort(
      async () => source,
      ({ name }) => new Store(name),
    );
    expect(await port.find('a')).toBe('a of one');
    source = new Source('the other');
    expect(await port.find('a')).toBe('a of the other');
  });

  it('is tried again where its source could not be read', async () => {
    let away = true;
    const port = lazyPort(
      async () => {
        if (away) throw new Error('away');
        return new Source('the store');
      },
      ({ name }) => new Store(name),
    );
    await expect(port.find('a')).rejects.toThrow('away');
    away = false;
    expect(await port.find('a')).toBe('a of the store');
  });
});
