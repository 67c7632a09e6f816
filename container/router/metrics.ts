import { type Scope, scopes } from './fairness/scope.ts';

/** What the router counts of itself since it started. */
export class RouterMetrics {
  /** Requests that came to an end, by door and status; `aborted` where the client left before any answer. */
  readonly #requests = new Map<string, Map<number | 'aborted', number>>();
  readonly #refusals = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #streamsClosedByLimit = new Map<string, number>(scopes.map((scope) => [`scope="${scope}"`, 0]));
  keepAlives = 0;
  /** Requests that had to wait for their instance to be there. */
  waits = 0;
  /** How often a sleeping instance was asked to be woken. */
  wakes = 0;

  request(door: string, status: number | 'aborted'): void {
    let ofDoor = this.#requests.get(door);
    if (ofDoor === undefined) {
      ofDoor = new Map();
      this.#requests.set(door, ofDoor);
    }
    ofDoor.set(status, (ofDoor.get(status) ?? 0) + 1);
  }

  refusal(reason: string): void {
    add(this.#refusals, `reason="${reason}"`);
  }

  instanceFailure(kind: string): void {
    add(this.#failures, `kind="${kind}"`);
  }

  streamClosedByLimit(scope: Scope): void {
    add(this.#streamsClosedByLimit, `scope="${scope}"`);
  }

  /** Text lines in Prometheus' exposition format. Labels come from fixed lists: no id, no client text. */
  render(readings: Reading[]): string {
    const lines: string[] = [];
    const requests = new Map<string, number>();
    for (const [door, ofDoor] of this.#requests) {
      for (const [status, count] of ofDoor) requests.set(`door="${door}",status="${status}"`, count);
    }
    family(lines, 'requests_total', 'counter', 'Requests that came to an end.', requests);
    family(lines, 'refusals_total', 'counter', 'Requests the router refused.', this.#refusals);
    family(lines, 'instance_failures_total', 'counter', 'Requests that an instance failed to answer.', this.#failures);
    const help = 'Streams closed because one more was opened than their token, instance or workspace may hold.';
    family(lines, 'streams_closed_by_limit_total', 'counter', help, this.#streamsClosedByLimit);
    const own: Reading[] = [
      { name: 'keep_alives_total', type: 'counter', help: 'Keep-alive comments sent.', value: this.keepAlives },
      { name: 'waits_total', type: 'counter', help: 'Requests that waited for their instance to be there.', value: this.waits },
      { name: 'wakes_total', type: 'counter', help: 'Requests to wake a sleeping instance.', value: this.wakes },
    ];
    for (const { name, type, help, value } of [...own, ...readings]) family(lines, name, type, help, new Map([['', value]]));
    return `${lines.join('\n')}\n`;
  }
}

export interface Reading {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  value: number;
}

function add(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}

function family(lines: string[], name: string, type: string, help: string, samples: ReadonlyMap<string, number>): void {
  const fullName = `smartlead_mcp_router_${name}`;
  lines.push(`# HELP ${fullName} ${help}`, `# TYPE ${fullName} ${type}`);
  for (const [labels, value] of samples) lines.push(labels === '' ? `${fullName} ${value}` : `${fullName}{${labels}} ${value}`);
}
