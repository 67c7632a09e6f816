/** What a risky call will do, counted before it is done. */
export interface Consequence {
  /** In words that complete "This will …", such as `add 120 leads to campaign 7, which is sending`. */
  summary: string;
  recipients?: number;
  credits?: number;
}
