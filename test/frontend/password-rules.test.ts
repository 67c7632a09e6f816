import { describe, expect, it } from 'vitest';
import { passwordFault, passwordHelp } from '../../frontend/auth/password-rules.ts';

const strict = { shortest: 12, kinds: ['upper', 'lower', 'digit'] } as const;

describe('rules for passwords', () => {
  it('are told before anything is typed', () => {
    expect(passwordHelp(strict)).toBe('At least 12 characters, with an upper-case letter, a lower-case letter and a digit.');
    expect(passwordHelp({ shortest: 10, kinds: [] })).toContain('At least 10 characters.');
  });

  it.each([
    ['', 'Use at least 12 characters, with an upper-case letter, a lower-case letter and a digit.'],
    ['Abcdefgh123', 'Use at least 12 characters.'],
    ['abcdefghijkl', 'Use an upper-case letter and a digit.'],
    ['ABCDEFGHIJK1', 'Use a lower-case letter.'],
    ['Abcdefghijk1', undefined],
  ])('say what %j lacks', (password, fault) => {
    expect(passwordFault(strict, password)).toBe(fault);
  });
});
