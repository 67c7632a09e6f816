/** What a password has to have. */
export interface PasswordRules {
  shortest: number;
  /** Kinds of characters of which at least one must be there. */
  kinds: readonly ('upper' | 'lower' | 'digit')[];
}

const kindsInWords = {
  upper: { pattern: /\p{Lu}/u, words: 'an upper-case letter' },
  lower: { pattern: /\p{Ll}/u, words: 'a lower-case letter' },
  digit: { pattern: /\d/, words: 'a digit' },
};

/** The rules before anything was typed. */
export function passwordHelp({ shortest, kinds }: PasswordRules): string {
  if (kinds.length === 0) return `At least ${shortest} characters. A few unrelated words work well.`;
  return `At least ${shortest} characters, with ${listed(kinds.map((kind) => kindsInWords[kind].words))}.`;
}

/** What the password lacks, in words; `undefined` where it is good. */
export function passwordFault({ shortest, kinds }: PasswordRules, password: string): string | undefined {
  const missing = kinds.map((kind) => kindsInWords[kind]).filter(({ pattern }) => !pattern.test(password));
  const parts = [
    ...(password.length < shortest ? [`at least ${shortest} characters`] : []),
    ...(missing.length > 0 ? [listed(missing.map(({ words }) => words))] : []),
  ];
  return parts.length === 0 ? undefined : `Use ${parts.join(', with ')}.`;
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
