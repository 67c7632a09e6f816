import { messagesOfWake } from '../behaviour.ts';
import { secondsOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';
import { invocationsOf, millisecondsOf, running } from './functions.ts';

/** A message is sent, received and deleted. */
const requestsOfMessage = 3;
/** A request for messages waits this long where there are none. Lambda asks with five at a time. */
const longPollSeconds = 20;
const pollersOfLambda = 5;

/** Queues, and the function that counts usage. Events of AWS's own services and the schedule that goes into a queue are free. */
export function messages(situation: Situation): Item[] {
  const { load, program } = situation;
  const usage = invocationsOf(situation).usage;
  const notes = (load.awakeHours * 3_600) / program.tokenNoteSeconds;
  const toManager = load.wakes * messagesOfWake + notes + secondsOfMonth / 60;
  const polls = ((1 + pollersOfLambda) * secondsOfMonth) / longPollSeconds;
  return [
    { part: 'messages', what: 'waiting for messages', price: 'queueRequest', quantity: polls },
    { part: 'messages', what: 'messages to the manager', price: 'queueRequest', quantity: toManager * requestsOfMessage },
    { part: 'messages', what: 'batches of usage', price: 'queueRequest', quantity: usage * requestsOfMessage },
    ...running('messages', 'counting usage', usage, (usage * millisecondsOf('usage')) / 1_000),
  ];
}
