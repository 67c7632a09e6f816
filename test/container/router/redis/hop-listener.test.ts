import { afterEach, beforeEach, expect, it } from 'vitest';
import { HopListener } from '../../../../container/router/redis/hop-listener.ts';
import { answersPath, claimPath, doubtPath, presencePath, returnPath } from '../../../../container/router/redis/hop-messages.ts';
import { type RouterAddress, requestRouter } from '../../../../container/router/redis/hop-request.ts';
import { OtherRouter } from '../../../../container/router/redis/other-router.ts';
import type { ClaimedSession, DoubtReport } from '../../../../container/router/sessions/parked-report.ts';

const patience = { answerTimeoutMs: 20_000, questionMs: 20_000 };

let listener: HopListener;
let address: RouterAddress;
let taken: { sessionId: string; answers: readonly string[] }[];
let doubts: DoubtReport[];
const claimed: ClaimedSession = {
  record: { id: 'here', instanceId: 'i', workspaceId: 'w', transport: 'http-sse', createdAt: 1, initialized: true },
  ...{ count: 3, messages: 2, isDoubtful: false, unsettled: [] },
};
const doubt = (sessionIds: string[]): DoubtReport => ({ tokenHash: 'token', sessionIds, waits: [] });
const claim = (sessionId: string) => ({ sessionId, doubt: doubt([]), isCertain: true, awaited: [] });
beforeEach(async () => {
  taken = [];
  doubts = [];
  listener = new HopListener();
  listener.attend({
    presence: (sessionId) => (sessionId === 'here' ? { kind: 'stream', after: 3 } : { kind: 'none' }),
    takeAnswers: (sessionId, answers) => {
      if (sessionId === 'here') taken.push({ sessionId, answers });
      return sessionId === 'here';
    },
    onNewerStream: () => {},
    reportFor: ({ tokenHash }) => ({ parked: [], attached: [`of ${tokenHash}`] }),
    claim: ({ sessionId }) => (sessionId === 'here' ? claimed : undefined),
    noteDoubt: (doubt) => void doubts.push(doubt),
  });
  await listener.listen((_request, response) => void response.writeHead(404).end(), '127.0.0.1', 0);
  address = listener.address ?? { url: '', secret: '' };
});
afterEach(() => listener.close());

it('says which of the sessions it has, however many are asked for', async () => {
  const asked = Array.from({ length: 450 }, (_, index) => (index === 300 ? 'here' : `other-${index}`));
  const present = await new OtherRouter(address, patience).presence(asked);
  expect(present).toHaveLength(450);
  expect(present.flatMap(({ kind }, index) => (kind === 'stream' ? [index] : []))).toEqual([300]);
});

it('takes answers once, however often they are handed over', async () => {
  const other = new OtherRouter(address, patience);
  expect(await other.giveAnswers('here', 'first', ['{"id":1}'])).toBe(true);
  expect(await other.giveAnswers('here', 'first', ['{"id":1}'])).toBe(true);
  expect(await other.giveAnswers('elsewhere', 'second', ['{"id":2}'])).toBe(false);
  expect(taken).toEqual([{ sessionId: 'here', answers: ['{"id":1}'] }]);
});

it('says what it has of a client that is back, gives a session to whoever claims it, and notes what is doubtful', async () => {
  const other = new OtherRouter(address, patience);
  expect(await other.reportFor({ tokenHash: 'token', userAgent: 'undici' })).toEqual({ parked: [], attached: ['of token'] });
  expect(await other.claim(claim('here'))).toEqual(claimed);
  expect(await other.claim(claim('elsewhere'))).toBeUndefined();
  await other.noteDoubt(doubt(['here']));
  expect(doubts).toEqual([doubt(['here'])]);
});

it('hears nobody who does not know its secret', async () => {
  const stranger = new OtherRouter({ ...address, secret: 'guessed' }, patience);
  expect(await stranger.presence(['here'])).toEqual([{ kind: 'none' }]);
  expect(await stranger.giveAnswers('here', 'first', ['{"id":1}'])).toBe(false);
  expect(await stranger.claim(claim('here'))).toBeUndefined();
  await stranger.noteDoubt(doubt(['here']));
  expect([taken, doubts]).toEqual([[], []]);
});

it.each([
  [presencePath, '{'],
  [presencePath, '{"sessionIds":"here"}'],
  [answersPath, '{"sessionId":"here","answers":["{}"]}'],
  [returnPath, '{"tokenHash":"token"}'],
  [claimPath, '{"sessionId":"here","isCertain":true}'],
  [doubtPath, '{"sessionIds":["here"]}'],
])('refuses nonsense at %s: %s', async (path, text) => {
  const answer = await requestRouter(address, {
    path,
    headers: {},
    body: Buffer.from(text),
    connectTimeoutMs: 20_000,
    answerTimeoutMs: 20_000,
  });
  expect(answer).toMatchObject({ status: 400 });
  expect([taken, doubts]).toEqual([[], []]);
});
