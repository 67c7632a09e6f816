import { describe, expect, it } from 'vitest';
import { ConnectionPools } from '../../../container/router/connection-pools.ts';
import { eventually, listen, stop } from './fixture.ts';

const options = { connections: null, pipelining: 1 };

async function ask(pools: ConnectionPools, address: string): Promise<number> {
  const { statusCode, body } = await pools.to(address).request({ path: '/', method: 'GET' });
  await body.dump();
  return statusCode;
}

describe('pools of connections', () => {
  it('are kept while their process is there, and forgotten when it is gone', async () => {
    const pools = new ConnectionPools(options);
    const { server, address } = await listen((_request, response) => response.end('ok'));
    expect(await ask(pools, address)).toBe(200);
    const pool = pools.to(address);
    expect(await ask(pools, address)).toBe(200);
    expect(pools.to(address)).toBe(pool);
    await stop(server);
    await eventually(() => pools.size === 0, 'the pool to be forgotten');
    await expect(ask(pools, address)).rejects.toThrow();
    await eventually(() => pools.size === 0, 'the pool of an address that does not answer to be forgotten');
    await pools.destroy();
  });

  it('are made anew for a process that comes at an old address', async () => {
    const pools = new ConnectionPools(options);
    const first = await listen((_request, response) => response.end('one'));
    await ask(pools, first.address);
    await stop(first.server);
    await eventually(() => pools.size === 0, 'the pool to be forgotten');
    const second = await listen((_request, response) => response.writeHead(204).end());
    expect(await ask(pools, second.address)).toBe(204);
    await pools.destroy();
    await stop(second.server);
  });
});
