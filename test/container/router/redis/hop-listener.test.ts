import { afterEach, beforeEach, expect, it } from 'vitest';
import { HopListener } from '../../../../container/router/redis/hop-listener.ts';
import { answersPath, presencePath } from '../../../../container/router/redis/hop-messages.ts';
import { type RouterAddress, requestRouter } from '../../../../container/router/redis/hop-request.ts';
import { OtherRouter } from '../../../../container/router/redis/other-router.ts';

let listener: HopListener;
let address: RouterAddress;
let taken: { sessionId: string; answers: readonly string[] }[];
beforeEach(async () => {
  taken = [];
  listener = new HopListener();
  listener.attend({
    presence: (sessionId) => (sessionId === 'here' ? { kind: 'stream', after: 3 } : { kind: 'none' }),
    takeAnswers: (sessionId, answers) => {
      if (sessionId === 'here') taken.push({ sessionId, answers });
      return sessionId === 'here';
    },
    onNewerStream: () => {},
  });
  await listener.listen((_request, response) => void response.writeHead(404).end(), '127.0.0.1', 0);
  address = listener.address ?? { url: '', secret: '' };
});
afterEach(() => listener.close());

it('says which of the sessions it has, however many are asked for', async () => {
  const asked = Array.from({ length: 450 }, (_, index) => (index === 300 ? 'here' : `other-${index}`));
  const present = await new OtherRouter(address, 1_000).presence(asked);
  expect(present).toHaveLength(450);
  expect(present.flatMap(({ kind }, index) => (kind === 'stream' ? [index] : []))).toEqual([300]);
});

it('takes answers once, however often they are handed over', async () => {
  const other = new OtherRouter(address, 1_000);
  expect(await other.giveAnswers('here', 'first', ['{"id":1}'])).toBe(true);
  expect(await other.giveAnswers('here', 'first', ['{"id":1}'])).toBe(true);
  expect(await other.giveAnswers('elsewhere', 'second', ['{"id":2}'])).toBe(false);
  expect(taken).toEqual([{ sessionId: 'here', answers: ['{"id":1}'] }]);
});

it('hears nobody who does not know its secret', async () => {
  const stranger = new OtherRouter({ ...address, secret: 'guessed' }, 1_000);
  expect(await stranger.presence(['here'])).toEqual([{ kind: 'none' }]);
  expect(await stranger.giveAnswers('here', 'first', ['{"id":1}'])).toBe(false);
  expect(taken).toEqual([]);
});

it.each([
  [presencePath, '{'],
  [presencePath, '{"sessionIds":"here"}'],
  [answersPath, '{"sessionId":"here","answers":["{}"]}'],
])('refuses nonsense at %s: %s', async (path, text) => {
  const answer = await requestRouter(address, { path, headers: {}, body: Buffer.from(text), answerTimeoutMs: 1_000 });
  expect(answer).toMatchObject({ status: 400 });
  expect(taken).toEqual([]);
});
