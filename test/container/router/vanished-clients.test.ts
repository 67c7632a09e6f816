import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainAddress, unansweredConnections } from '../../../container/router/unanswered-connections.ts';
import { VanishedClients } from '../../../container/router/vanished-clients.ts';

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     ';

function line(ends: { local: string; remote: string; state?: string; timer?: string; retransmits?: string }): string {
  const { local, remote, state = '01', timer = '01:00000A12', retransmits = '00000008' } = ends;
  return `   7: ${local} ${remote} ${state} 0000000E:00000000 ${timer} ${retransmits}     0        0 43210 2 00000000820e0e65 204 4 30 1 7                 `;
}

describe('the table of TCP connections', () => {
  it('names those whose bytes were sent again and again', () => {
    const table = [
      heading,
      line({ local: '0100007F:1F90', remote: '0201A8C0:D431' }),
      line({ local: '0100007F:1F90', remote: '0201A8C0:D432', retransmits: '00000006' }),
      line({ local: '0100007F:1F90', remote: '0201A8C0:D433', timer: '04:00000A12' }),
      line({ local: '0100007F:1F90', remote: '0201A8C0:D434', state: '06' }),
      '',
    ].join('\n');
    expect(unansweredConnections(table, 7)).toEqual([{ remoteAddress: '192.168.1.2', remotePort: 54_321, localPort: 8_080 }]);
  });

  it('reads addresses of both IP versions as sockets name them', () => {
    const local = '0000000000000000FFFF00000100007F:1F90';
    const mapped = line({ local, remote: '0000000000000000FFFF00000100007F:0050' });
    const global = line({ local, remote: 'B80D0120000000000000000001000000:0051' });
    const found = unansweredConnections(`${heading}\n${mapped}\n${global}\n`, 7).map(({ remoteAddress }) => remoteAddress);
    expect(found).toEqual([plainAddress('::ffff:127.0.0.1'), plainAddress('2001:db8::1')]);
    expect(found[0]).toBe('127.0.0.1');
  });
});

describe('clients that have vanished', () => {
  async function openConnections(count: number): Promise<Socket[]> {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const clients = Array.from({ length: count }, () => connect((server.address() as AddressInfo).port, '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of [...clients, ...accepted]) socket.destroy();
      server.close();
    });
    await expect.poll(() => accepted.length).toBe(count);
    return accepted;
  }

  const port = (number: number | undefined) => (number ?? 0).toString(16).toUpperCase().padStart(4, '0');

  it('lose their connection, and nobody else does', async () => {
    const [gone, present] = (await openConnections(2)) as [Socket, Socket];
    const table = `${heading}\n${line({ local: `0100007F:${port(gone.localPort)}`, remote: `0100007F:${port(gone.remotePort)}` })}\n`;
    const watch = new VanishedClients([{ socket: gone }, { socket: present }, { socket: null }], {
      intervalMs: 60_000,
      readTables: async () => [table, ''],
    });
    await watch.look();
    watch.stop();
    expect([gone.destroyed, present.destroyed]).toEqual([true, false]);
  });

  it.skipIf(process.platform !== 'linux')('are told apart from living ones in the table of this machine', async () => {
    const [living] = (await openConnections(1)) as [Socket];
    living.write('something');
    const watch = new VanishedClients([{ socket: living }], { intervalMs: 60_000 });
    await watch.look();
    watch.stop();
    expect(living.destroyed).toBe(false);
  });

  it('are not looked for where the system has no such table', async () => {
    let looks = 0;
    new VanishedClients([], {
      intervalMs: 1,
      readTables: async () => {
        looks += 1;
        throw new Error('ENOENT');
      },
    });
    await expect.poll(() => looks).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(looks).toBe(1);
  });
});
