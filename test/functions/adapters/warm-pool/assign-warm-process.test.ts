import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Assignee } from '../../../../container/instance/warm/assignee.ts';
import { smartleadHostsSchema } from '../../../../core/instance-configuration.ts';
import { assignmentRequestSchema, publicKeyBytes, type WarmAssignment, warmPaths } from '../../../../core/warm-assignment.ts';
import { assignWarmProcess } from '../../../../functions/adapters/warm-pool/assign-warm-process.ts';
import type { WarmPoolKeys } from '../../../../functions/adapters/warm-pool/warm-pool-keys.ts';

const keys: WarmPoolKeys = { poolSecret: randomBytes(32), signingKey: generateKeyPairSync('ed25519').privateKey };
const assignment: WarmAssignment = {
  configuration: {
    instanceId: 'ins_1',
    mode: 'both',
    policy: 'read-only',
    smartleadApiKey: 'canary-key',
    accessToken: 'canary-token',
    smartleadHosts: smartleadHostsSchema.parse({}),
  },
};
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const assigneeOf = (processId = 'wrm_1', poolSecret = keys.poolSecret) =>
  new Assignee({ processId, poolSecret: Buffer.from(poolSecret), controlPlaneKey: publicKeyBytes(keys.signingKey) });

type Answer = (path: string, body: string, response: ServerResponse) => void;

/** A process that behaves as told. Answers its address and what it was sent. */
async function serve(answer: Answer): Promise<{ address: string; received: string[] }> {
  const received: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push(body);
      answer(request.url ?? '', body, response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  open.push({ close: () => [server.closeAllConnections(), server.close()] });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** One that answers as a process does, but the assignment as told. */
function serveAssignee(
  own: Assignee,
  answerAssignment: (proof: string, response: ServerResponse) => void = (proof, response) =>
    response.end(JSON.stringify({ protocol: 1, proof })),
) {
  const served = serve((path, body, response) => {
    void served.then(({ address }) => {
      const place = address.replace('http://', '');
      const message = JSON.parse(body);
      if (path === warmPaths.identity) {
        response.end(JSON.stringify(own.identity(Buffer.from(message.challenge, 'base64url'), place)));
        return;
      }
      const attempt = own.accept(assignmentRequestSchema.parse(message), place);
      if (attempt.outcome === 'not-authentic') {
        response.writeHead(403).end();
        return;
      }
      if (attempt.outcome !== 'accepted') throw new Error(`the attempt was ${attempt.outcome}`);
      answerAssignment(attempt.confirmation.toString('base64url'), response);
    });
  });
  return served;
}

/** @param deadlineMilliseconds Short where what answers lets it pass, so long elsewhere that it does not pass on a slow machine. */
async function failureAt(address: string, deadlineMilliseconds = 20_000): Promise<string> {
  const error = await assignWarmProcess({ id: 'wrm_1', address }, assignment, keys, { deadlineMilliseconds }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // Whatever is printed of an error, its causes and fields included, holds nothing of the customer's.
  const { inspect } = await import('node:util');
  const printed = inspect(error, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(error);
  expect(printed).not.toContain('canary');
  expect(printed).not.toContain(keys.poolSecret.toString('base64url'));
  return (error as { failure?: string } | undefined)?.failure ?? 'none';
}

describe('an assignment', () => {
  it('succeeds with a process that does as it should', async () => {
    const { address, received } = await serveAssignee(assigneeOf());
    expect(await failureAt(address)).toBe('none');
    expect(received).toHaveLength(2);
    expect(received.join()).not.toMatch(/canary|configuration/);
  });

  it('succeeds with a process from before a rotation, and from after one, whichever of the keys it knows', async () => {
    const other = { poolSecret: randomBytes(32), signingKey: generateKeyPairSync('ed25519').privateKey };
    const both = { ...keys, otherPoolSecrets: [other.poolSecret], otherSigningKeys: [other.signingKey] };
    for (const poolSecret of [keys.poolSecret, other.poolSecret]) {
      for (const { signingKey } of [keys, other]) {
        const enrolment = {
          processId: 'wrm_1',
          poolSecret: Buffer.from(poolSecret),
          controlPlaneKey: publicKeyBytes(signingKey),
        };
        const { address, received } = await serveAssignee(new Assignee(enrolment));
        await assignWarmProcess({ id: 'wrm_1', address }, assignment, both);
        expect(received.join()).not.toMatch(/canary|configuration/);
      }
    }
  });

  it('is refused where the process takes orders from none of the keys', async () => {
    const controlPlaneKey = publicKeyBytes(generateKeyPairSync('ed25519').privateKey);
    const stranger = new Assignee({ processId: 'wrm_1', poolSecret: Buffer.from(keys.poolSecret), controlPlaneKey });
    const { address } = await serveAssignee(stranger);
    const both = { ...keys, otherSigningKeys: [generateKeyPairSync('ed25519').privateKey] };
    await expect(assignWarmProcess({ id: 'wrm_1', address }, assignment, both)).rejects.toMatchObject({ failure: 'refused' });
  });

  it.each<[string, string, Answer, number?]>([
    ['unreachable', 'answers an error of its own', (_path, _body, response) => response.writeHead(500).end()],
    [
      'unreachable',
      'points elsewhere',
      (_path, _body, response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['unreachable', 'never answers', () => undefined, 300],
    ['unreachable', 'never ends its answer', (_path, _body, response) => response.write('{"protocol":1,'), 300],
    ['unreachable', 'breaks the connection', (_path, _body, response) => response.destroy()],
    ['taken', 'serves a customer', (_path, _body, response) => response.writeHead(401).end()],
    ['taken', 'has no such door', (_path, _body, response) => response.writeHead(404).end()],
    ['refused', 'speaks another version', (_path, _body, response) => response.writeHead(400).end()],
    ['not-authentic', 'is something else', (_path, _body, response) => response.end('<html>')],
    ['not-authentic', 'says too much', (_path, _body, response) => response.end(`{"protocol":1,"x":"${'x'.repeat(10_000)}"}`)],
    [
      'not-authentic',
      'invents a proof',
      (_path, _body, response) => {
        const bytes = randomBytes(32).toString('base64url');
        response.end(JSON.stringify({ protocol: 1, processId: 'wrm_1', nonce: bytes, publicKey: bytes, proof: bytes }));
      },
    ],
  ])('fails as %s where what answers %s; it learns nothing', async (failure, _what, answer, deadline) => {
    const { address, received } = await serve(answer);
    expect(await failureAt(address, deadline)).toBe(failure);
    // The question who it is, at most: on a slow machine a short deadline may pass before that arrives.
    expect(received.length).toBeLessThanOrEqual(1);
    if (deadline === undefined) expect(received).toHaveLength(1);
  });

  it('fails as unreachable where nobody listens, or bytes come that are no HTTP', async () => {
    const { address } = await serve(() => undefined);
    open.pop()?.close();
    expect(await failureAt(address)).toBe('unreachable');
    const server = createTcpServer((socket) => socket.end('hello\r\n\r\n').on('error', () => undefined));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    open.push(server);
    expect(await failureAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toBe('unreachable');
  });

  it('sends no assignment to a process of another pool, nor to another one of this pool', async () => {
    const stranger = await serveAssignee(assigneeOf('wrm_1', randomBytes(32)));
    expect(await failureAt(stranger.address)).toBe('not-authentic');
    const other = await serveAssignee(assigneeOf('wrm_2'));
    expect(await failureAt(other.address)).toBe('not-authentic');
    expect([stranger.received.length, other.received.length]).toEqual([1, 1]);
  });

  it('sends none to whoever stands between, even if all is passed on', async () => {
    const own = assigneeOf();
    const { address, received } = await serveAssignee(own);
    const relay = createTcpServer((socket) => {
      const onward = connect(Number(new URL(address).port), '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    await new Promise<void>((listening) => relay.listen(0, '127.0.0.1', listening));
    open.push(relay);
    expect(await failureAt(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`)).toBe('not-authentic');
    expect(received).toHaveLength(1);
    expect(await failureAt(address)).toBe('none');
  });

  it.each<[string, string, (proof: string, response: ServerResponse) => void, number?]>([
    ['not-authentic', 'proves nothing', (_proof, response) => response.end('{"protocol":1}')],
    [
      'not-authentic',
      'proves something else',
      (_proof, response) => response.end(JSON.stringify({ protocol: 1, proof: randomBytes(32).toString('base64url') })),
    ],
    ['unreachable', 'dies', (_proof, response) => response.destroy()],
    ['unreachable', 'hangs', () => undefined, 300],
    ['taken', 'was faster with another one', (_proof, response) => response.writeHead(409).end()],
    ['refused', 'cannot serve it', (_proof, response) => response.writeHead(422).end()],
  ])('fails as %s where the process, once it has the assignment, %s', async (failure, _what, answer, deadline) => {
    const { address } = await serveAssignee(assigneeOf(), answer);
    expect(await failureAt(address, deadline)).toBe(failure);
  });
});
