import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoStores } from '../../../../functions/adapters/dynamodb/stores.ts';
import { createDynamoClient, createPlatformTable } from '../../../../functions/adapters/dynamodb/table.ts';
import { newAccount, newInstance, newKey } from '../store-contract/fixtures.ts';

const notAvailable = { name: 'ProblemError', type: 'not-available', status: 503, retryAfter: expect.any(Number) };

/** What a server answers to a request for an operation such as `GetItem`. */
type Respond = (operation: string, response: ServerResponse) => void;

describe('a table that does not answer as it should', () => {
  const cleanUps: (() => void)[] = [];
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
  });

  function storesAt(endpoint: string, requestTimeout = 5000) {
    const client = createDynamoClient({
      ...{ endpoint, region: 'eu-central-1', maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      requestHandler: { requestTimeout, throwOnRequestTimeout: true },
    });
    cleanUps.push(() => client.destroy());
    return createDynamoStores(createPlatformTable(client, 'table'));
  }

  async function serve(respond: Respond): Promise<string> {
    const server: Server = createServer((request, response) => {
      request.resume();
      respond(String(request.headers['x-amz-target']).split('.')[1] ?? '', response);
    }).listen(0, '127.0.0.1');
    cleanUps.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function answer(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  }

  function refuse(response: ServerResponse, type: string, more: object = {}, status = 400): void {
    answer(response, status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'of the server', ...more });
  }

  it.each([
    ['throttles', (_: string, response: ServerResponse) => refuse(response, 'ThrottlingException')],
    [
      'has a partition that is too busy',
      (_: string, response: ServerResponse) => refuse(response, 'ProvisionedThroughputExceededException'),
    ],
    ['has an error of its own', (_: string, response: ServerResponse) => refuse(response, 'InternalServerError', {}, 500)],
    ['hangs up', (_: string, response: ServerResponse) => void response.destroy()],
  ])('is not available where it %s', async (_, respond) => {
    const stores = storesAt(await serve(respond));
    await expect(stores.accounts.hasAccounts()).rejects.toMatchObject(notAvailable);
    await expect(stores.accounts.createAccount(newAccount())).rejects.toMatchObject(notAvailable);
  });

  it('is not available where nobody listens, or nobody answers', async () => {
    await expect(storesAt('http://127.0.0.1:1').accounts.hasAccounts()).rejects.toMatchObject(notAvailable);
    const silent = storesAt(await serve(() => {}), 50);
    await expect(silent.accounts.hasAccounts()).rejects.toMatchObject(notAvailable);
  });

  it('says what is wrong with a request that can never work, without the request', async () => {
    const stores = storesAt(await serve((_, response) => refuse(response, 'ValidationException')));
    const failed = stores.keys.create(newKey('ws_canary'));
    await expect(failed).rejects.toMatchObject({ name: 'ValidationException' });
    expect(inspect(await failed.catch((error) => error), { depth: 9 })).not.toContain('canary');
  });

  it('is asked again where a transaction was kept out by another, with a token of its own', async () => {
    let asked = 0;
    const conflict = { CancellationReasons: [{ Code: 'TransactionConflict', Message: 'busy' }, { Code: 'None' }] };
    const stores = storesAt(
      await serve((_, response) => {
        asked += 1;
        if (asked < 4) refuse(response, 'TransactionCanceledException', conflict);
        else answer(response, 200, {});
      }),
    );
    await stores.keys.create(newKey('ws_1'));
    expect(asked).toBe(4);
  });

  it('is asked again where a plain write met a transaction', async () => {
    let asked = 0;
    const stores = storesAt(
      await serve((_, response) => {
        asked += 1;
        if (asked < 3) refuse(response, 'TransactionConflictException');
        else refuse(response, 'ConditionalCheckFailedException');
      }),
    );
    expect(await stores.instances.update('ins_1', { name: 'x' }, 1)).toBeUndefined();
    expect(asked).toBe(3);
  });

  it('is not available where a transaction is kept out for long', async () => {
    const conflict = { CancellationReasons: [{ Code: 'TransactionConflict', Message: 'busy' }] };
    const stores = storesAt(await serve((_, response) => refuse(response, 'TransactionCanceledException', conflict)));
    await expect(stores.instances.create(newInstance('ws_1', 'key_1'))).rejects.toMatchObject(notAvailable);
  });
});
