import type { AnswerHeaders } from './rate-governor.ts';

/** An answer as it came, before anybody judged it. */
export interface IncomingAnswer {
  status: number;
  headers: AnswerHeaders;
  text: string;
}
