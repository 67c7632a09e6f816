/** What an event's id says: the session, and how many answers and questions its client had got with it. */
export interface EventPlace {
  sessionId: string;
  number: number;
}

/** Session ids hold no colon. */
const form = /^([\w.-]{1,2048}):(\d{1,15})$/;

export function eventId({ sessionId, number }: EventPlace): string {
  return `${sessionId}:${number}`;
}

/** `undefined` for an id that is none of ours. */
export function readEventId(text: string | string[] | undefined): EventPlace | undefined {
  const [, sessionId, number] = (typeof text === 'string' ? form.exec(text) : null) ?? [];
  return sessionId === undefined ? undefined : { sessionId, number: Number(number) };
}
