/** What is chosen about sleeping: a usual time, never, or minutes typed by hand. */
export interface SleepDraft {
  choice: SleepChoice;
  /** As typed, for the choice `own`. */
  minutes: string;
}

export type SleepChoice = '300' | '900' | '3600' | '14400' | 'never' | 'own';

export const sleepChoices: readonly { value: SleepChoice; label: string }[] = [
  { value: '300', label: 'After 5 minutes without a call' },
  { value: '900', label: 'After 15 minutes without a call' },
  { value: '3600', label: 'After an hour without a call' },
  { value: '14400', label: 'After 4 hours without a call' },
  { value: 'never', label: 'Never' },
  { value: 'own', label: 'After another time' },
];

const shortestSeconds = 5;
const longestSeconds = 86_400;

export function sleepDraftOf(seconds: number | null): SleepDraft {
  if (seconds === null) return { choice: 'never', minutes: '30' };
  const usual = sleepChoices.find(({ value }) => value === String(seconds));
  if (usual !== undefined) return { choice: usual.value, minutes: '30' };
  return { choice: 'own', minutes: String(Math.round((seconds / 60) * 100) / 100) };
}

/** The seconds that are meant, `null` for never; `undefined` where the minutes make no sense. */
export function sleepSeconds({ choice, minutes }: SleepDraft): number | null | undefined {
  if (choice === 'never') return null;
  if (choice !== 'own') return Number(choice);
  const seconds = Math.round(Number(minutes.trim().replace(',', '.')) * 60);
  return minutes.trim() !== '' && seconds >= shortestSeconds && seconds <= longestSeconds ? seconds : undefined;
}

/** What is wrong with the minutes, in words. */
export function sleepRefusal(draft: SleepDraft): string | undefined {
  return sleepSeconds(draft) === undefined ? 'Type a number of minutes between 0.1 and 1440 (a day).' : undefined;
}
