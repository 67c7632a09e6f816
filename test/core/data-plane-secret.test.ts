import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataPlaneKeys } from '../../core/data-plane-keys.ts';
import {
  announceSecret,
  type DataPlaneSecret,
  forgetReplacedSecrets,
  formatDataPlaneSecret,
  InvalidDataPlaneSecretError,
  parseDataPlaneSecret,
  RotationOrderError,
  replacedSecretServes,
  secretRing,
  storedDataPlaneSecretSchema,
  switchToAnnouncedSecret,
} from '../../core/data-plane-secret.ts';
import { keysOf } from '../../core/key-ring.ts';
import { createSealer } from '../../core/sealer.ts';

const begin = Date.parse('2026-11-22T12:00:00.000Z');
const at = (milliseconds: number) => new Date(begin + milliseconds).toISOString();
const secretOf = (name: string) => name.padEnd(40, '.');
const first = parseDataPlaneSecret(secretOf('first'));

/** What a program knows that has read the secret then. */
const readerOf = (secret: DataPlaneSecret) => dataPlaneKeys(formatDataPlaneSecret(secret));

describe('the stored secret of the data plane', () => {
  it('is the text that CloudFormation made, at first', () => {
    expect(first).toEqual({ current: secretOf('first'), previous: [] });
    expect(dataPlaneKeys(secretOf('first'))).toEqual(readerOf(first));
  });

  it.each([
    ['too short', 'canary'],
    ['a document that is none', '{"current": "canary'],
    ['a document with a field that nobody knows', JSON.stringify({ ...first, canary: 'canary' })],
    ['a document with a short secret', JSON.stringify({ current: 'canary', previous: [] })],
    ['a document without a time', JSON.stringify({ ...first, previous: [{ secret: secretOf('canary'), replacedAt: 'canary' }] })],
  ])('is refused without being shown: %s', (_what, text) => {
    expect(() => parseDataPlaneSecret(text)).toThrow(InvalidDataPlaneSecretError);
    const message = storedDataPlaneSecretSchema.safeParse(text).error?.issues[0]?.message;
    expect(message).toContain('data plane');
    expect(message).not.toContain('canary');
  });
});

describe('a rotation', () => {
  it('lets everybody believe the new secret before anybody uses it', () => {
    const announced = announceSecret(first, secretOf('second'));
    expect(secretRing(announced)).toEqual({ current: secretOf('first'), others: [secretOf('second')] });
    const switched = switchToAnnouncedSecret(announced, at(0));
    expect(secretRing(switched)).toEqual({ current: secretOf('second'), others: [secretOf('first')] });
    expect(secretRing(forgetReplacedSecrets(switched))).toEqual({ current: secretOf('second'), others: [] });
  });

  it('has one order', () => {
    const announced = announceSecret(first, secretOf('second'));
    expect(() => announceSecret(announced, secretOf('third'))).toThrow(RotationOrderError);
    expect(() => switchToAnnouncedSecret(first, at(0))).toThrow(RotationOrderError);
    expect(() => forgetReplacedSecrets(announced)).toThrow(RotationOrderError);
  });

  it('leaves nobody behind: whoever is one step late understands the others, and the others understand them', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: replacedSecretServes }), { minLength: 1, maxLength: 5 }), (pauses) => {
        const history = [first];
        let time = 0;
        for (const [index, pause] of pauses.entries()) {
          const announced = announceSecret(history.at(-1) as DataPlaneSecret, secretOf(`secret ${index}`));
          time += pause;
          history.push(announced, switchToAnnouncedSecret(announced, at(time)));
        }
        const readers = history.map(readerOf);
        for (const [index, late] of readers.slice(0, -1).entries()) {
          const early = readers[index + 1] as typeof late;
          for (const [one, other] of [
            [late, early],
            [early, late],
          ] as const) {
            const sealed = createSealer(one.sealing.current).seal('here', 'token');
            expect(createSealer(other.sealing.current, other.sealing.others).open('here', sealed)).toBe('token');
            for (const purpose of ['session', 'assignment'] as const) {
              expect(keysOf(other[purpose])).toContainEqual(one[purpose].current);
            }
          }
        }
      }),
    ));

  it('keeps a replaced secret for as long as what it made may be needed, however often it is rotated, and no longer', () => {
    let secret = first;
    const rotate = (name: string, time: number) => {
      secret = switchToAnnouncedSecret(announceSecret(secret, secretOf(name)), at(time));
    };
    rotate('second', 0);
    rotate('third', 1);
    expect(secretRing(secret).others).toEqual([secretOf('second'), secretOf('first')]);
    rotate('fourth', replacedSecretServes);
    expect(secretRing(secret).others).toEqual([secretOf('third'), secretOf('second')]);
  });
});
