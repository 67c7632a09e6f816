/** A TCP connection by its remote end and our port. IPv6 in the form URLs write it; IPv4 as such, however the socket maps it. */
export interface ConnectionEnds {
  remoteAddress: string;
  remotePort: number;
  localPort: number;
}

const established = ' 01 ';
const retransmitTimer = ' 01:';
/** Between the beginnings of state and timer: the state itself, and two queues of eight digits. */
const fromStateToTimer = 21;
/** Of a line of the table: sl, local, remote, state, queues, timer, retransmits. */
const fields = { local: 1, remote: 2, retransmits: 6 } as const;
const mappedPrefix = '00000000000000000000FFFF';

/**
 * The connections in Linux's table of TCP sockets (`/proc/net/tcp` and `tcp6`, see proc(5)) whose last bytes were sent again at least so
 * many times, each after twice the wait of the one before, and never acknowledged: the other end is gone or cannot be reached.
 */
export function unansweredConnections(table: string, retransmits: number): ConnectionEnds[] {
  const found: ConnectionEnds[] = [];
  // After a storm the table has thousands of lines, and everybody waits while it is read: all but a few are not taken apart.
  for (let start = 0, end = 0; start < table.length; start = end + 1) {
    end = endOfLine(table, start);
    const number = table.indexOf(': ', start);
    // The heading has none.
    if (number === -1 || number > end) continue;
    const state = table.indexOf(' ', table.indexOf(' ', number + 2) + 1);
    if (!table.startsWith(established, state) || !table.startsWith(retransmitTimer, state + fromStateToTimer)) continue;
    const columns = table.slice(start, end).trim().split(/\s+/);
    if (Number.parseInt(columns[fields.retransmits] ?? '0', 16) < retransmits) continue;
    const [remote = '', remotePort = ''] = (columns[fields.remote] ?? '').split(':');
    const localPort = columns[fields.local]?.split(':')[1] ?? '';
    found.push({
      remoteAddress: addressOf(remote),
      remotePort: Number.parseInt(remotePort, 16),
      localPort: Number.parseInt(localPort, 16),
    });
  }
  return found;
}

function endOfLine(table: string, start: number): number {
  const end = table.indexOf('\n', start);
  return end === -1 ? table.length : end;
}

/** The address of a socket, as {@link ConnectionEnds} writes it. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** The table writes an address as words of four bytes, each in the machine's order; all that run Node today put the lowest first. */
function addressOf(words: string): string {
  const bytes: string[] = [];
  for (let start = 0; start < words.length; start += 8)
    bytes.push(...(words.slice(start, start + 8).match(/../g) ?? []).toReversed());
  const hex = bytes.join('');
  const isMapped = bytes.length === 16 && hex.startsWith(mappedPrefix);
  if (bytes.length === 4 || isMapped)
    return bytes
      .slice(-4)
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  return plainAddress((hex.match(/..../g) ?? []).join(':'));
}
