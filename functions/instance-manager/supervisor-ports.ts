import type { InstanceLogFeed, InstanceLogStore } from '../ports.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';

/** What watching over running instances needs from outside. */
export interface SupervisorPorts extends LifecyclePorts {
  runner: LifecycleRunner;
  logs: InstanceLogStore;
  logFeed: InstanceLogFeed;
}
