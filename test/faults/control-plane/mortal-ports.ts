import type { LifecyclePorts } from '../../../functions/instance-manager/lifecycle-ports.ts';

/** Methods that change something outside the platform's memory. Between two of them, a death at one moment is a death at any. */
const changes = new Set([
  ...['create', 'update', 'delete', 'put', 'deleteVersionsBefore', 'append', 'set', 'remove', 'launch', 'stop', 'stopReplica'],
  'deleteOrphans',
]);

/**
 * The end of a platform: after so many changes it does nothing more, as after `kill -9` or when the machine loses power. What it has
 * begun stays as it is, and whatever it still awaits never comes.
 */
export class Mortality {
  /** Changes made since it was armed, by name. */
  readonly steps: string[] = [];
  #stepsLeft = Number.POSITIVE_INFINITY;
  #isArmed = false;

  /** From now on, so many changes are made before it is over. */
  arm(steps: number): void {
    this.steps.length = 0;
    this.#isArmed = true;
    this.#stepsLeft = steps;
  }

  get isOver(): boolean {
    return this.#stepsLeft <= 0;
  }

  /** The same port, which counts, and ends with the platform. */
  mortal<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function' || property === 'onExit' || property === 'onLog') {
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (...parameters: unknown[]) =>
          this.#call(`${name}.${String(property)}`, () => Reflect.apply(value, target, parameters));
      },
    });
  }

  /** All ports of the lifecycle. */
  mortalPorts(ports: Omit<LifecyclePorts, 'settings' | 'report' | 'clock'>): Partial<LifecyclePorts> {
    const entries = Object.entries(ports).map(([name, port]) => [name, this.mortal(name, port as object)]);
    return Object.fromEntries(entries) as Partial<LifecyclePorts>;
  }

  async #call(name: string, call: () => unknown): Promise<unknown> {
    const isChange = changes.has(name.slice(name.indexOf('.') + 1));
    if (this.isOver) return new Promise(() => {});
    if (isChange && this.#isArmed) {
      this.steps.push(name);
      this.#stepsLeft -= 1;
    }
    const result = await call();
    return this.isOver ? new Promise(() => {}) : result;
  }
}
