import { joinPath } from './field-path.ts';

const mostPaths = 60;
const mostCharacters = 2_000;

/** Notes places in an answer as a tree, so that the same place in a thousand rows is noted once and costs next to nothing again. */
export class FieldPlaces {
  readonly #names = new Set<string>();
  readonly #below = new Map<string, FieldPlaces>();
  #elements: FieldPlaces | undefined;

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Notes a field of the object that stands here. */
  add(name: string): void {
    this.#names.add(name);
  }

  /** Places below a field of the object that stands here. */
  below(name: string): FieldPlaces {
    let places = this.#below.get(name);
    if (places === undefined) {
      places = new FieldPlaces();
      this.#below.set(name, places);
    }
    return places;
  }

  /** Places in the elements of the list that stands here. */
  elements(): FieldPlaces {
    this.#elements ??= new FieldPlaces();
    return this.#elements;
  }

  /** The paths of what was noted. Where they are too many, or made of endless names, `*` stands for the whole answer. */
  paths(): string[] {
    const paths = [...this.#pathsFrom('')];
    const characters = paths.reduce((sum, path) => sum + path.length, 0);
    return paths.length > mostPaths || characters > mostCharacters ? ['*'] : paths;
  }

  *#pathsFrom(start: string): Generator<string> {
    for (const name of this.#names) yield joinPath(start, name);
    for (const [name, places] of this.#below) yield* places.#pathsFrom(joinPath(start, name));
    if (this.#elements !== undefined) yield* this.#elements.#pathsFrom(`${start}[]`);
  }
}
