import { setTimeout as pause } from 'node:timers/promises';
import { findViolations, lastingViolations, type Snapshot } from '../domain/invariant.ts';
import type { ComponentHealth, HealthReport, PlatformHealth, Violation } from '../ports.ts';
import { type Everything, readers } from './everything.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

export interface PlatformAuditOptions {
  /** Whether somebody works on the instance at the moment, or has set its next start. */
  isLookedAfter(instanceId: string): boolean;
  /** Milliseconds between two looks. */
  pauseMilliseconds?: number;
}

/** How often something has to be seen to be wrong: the parts are read one after the other while instances come and go. */
const looks = 3;

/** What operators call the parts that are read. */
const componentNames: Record<keyof Everything, string> = {
  processes: 'launcher',
  leftovers: 'process records',
  warm: 'warm pool',
  routes: 'routes',
  accessTokens: 'access tokens',
  stored: 'keys and secrets',
  instances: 'instances',
};

const nothing: Everything = {
  processes: [],
  leftovers: [],
  warm: { known: [], running: [] },
  routes: [],
  accessTokens: [],
  stored: { keys: [], secrets: [], tokens: [] },
  instances: [],
};

/** Checks the invariant of the installation against everything that exists. */
export class PlatformAudit implements PlatformHealth {
  readonly #ports: SupervisorPorts;
  readonly #options: Required<PlatformAuditOptions>;

  constructor(ports: SupervisorPorts, options: PlatformAuditOptions) {
    this.#ports = ports;
    this.#options = { pauseMilliseconds: 250, ...options };
  }

  async check(): Promise<HealthReport> {
    let { everything, components } = await this.#look();
    let violations = this.#judge(everything, components);
    for (let look = 1; look < looks && violations.length > 0; look += 1) {
      await pause(this.#options.pauseMilliseconds);
      ({ everything, components } = await this.#look());
      violations = lastingViolations(violations, this.#judge(everything, components));
    }
    return {
      checkedAt: this.#ports.clock.now().toISOString(),
      holds: violations.length === 0 && components.every(({ status }) => status === 'ok'),
      counts: countsOf(everything),
      violations,
      components,
    };
  }

  async #look(): Promise<{ everything: Everything; components: ComponentHealth[] }> {
    const everything = { ...nothing };
    const components: ComponentHealth[] = [];
    const read = async <Part extends keyof Everything>(part: Part) => {
      const name = componentNames[part];
      try {
        everything[part] = await readers[part](this.#ports);
        components.push({ name, status: 'ok', detail: null });
      } catch (cause) {
        this.#ports.report({ message: `The audit could not read a part of the platform: ${name}.`, cause });
        components.push({ name, status: 'failing', detail: 'It could not be read. The log of the platform says why.' });
      }
    };
    await Promise.all([
      read('processes'),
      read('leftovers'),
      ...(this.#ports.warmPool === undefined ? [] : [read('warm')]),
      read('routes'),
      read('accessTokens'),
      read('stored'),
    ]);
    // Last, so that an instance that is missing was deleted and is not about to come.
    await read('instances');
    return { everything, components: components.sort((one, other) => (one.name < other.name ? -1 : 1)) };
  }

  /** Without all parts, what belongs to what cannot be told. */
  #judge(everything: Everything, components: readonly ComponentHealth[]): Violation[] {
    if (components.some(({ status }) => status !== 'ok')) return [];
    return findViolations(this.#snapshotOf(everything));
  }

  #snapshotOf({ routes, ...everything }: Everything): Snapshot {
    const { orphanConfirmation } = this.#ports;
    return {
      ...everything,
      ...(orphanConfirmation && {
        confirmedOrphans: orphanConfirmation.confirmed,
        endedOrphans: (kind) => orphanConfirmation.ended.of(kind),
      }),
      now: this.#ports.clock.now().getTime(),
      routes: routes.map(({ instanceId, workspaceId, address, replicas = [] }) => ({
        instanceId,
        workspaceId,
        address,
        replicas: replicas.map((replica) => replica.address),
      })),
      isLookedAfter: (instanceId) => this.#options.isLookedAfter(instanceId),
    };
  }
}

function countsOf({ instances, processes, leftovers, routes, stored }: Everything): HealthReport['counts'] {
  return {
    instances: instances.length,
    processes: processes.length + leftovers.length,
    routes: routes.length,
    secrets: stored.secrets.length,
    tokens: stored.tokens.reduce((sum, { count }) => sum + count, 0),
  };
}
