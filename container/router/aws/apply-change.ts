import type { Change } from '../../../core/platform-table.ts';
import type { Router } from '../router.ts';

export interface ChangeTargets {
  router: Pick<Router, 'instanceCame' | 'routeRemoved' | 'revokeToken'>;
  /** Of this router's own task; absent outside of ECS. */
  taskArn: string | undefined;
  /** Told where this router's own task is about to be stopped. */
  stopping(): void;
}

/** Tells the router what a change means for it. */
export function applyChange(change: Change, { router, taskArn, stopping }: ChangeTargets): void {
  switch (change.kind) {
    case 'token-revoked':
      router.revokeToken(change.tokenId);
      break;
    case 'route-set':
      router.instanceCame(change.instanceId);
      break;
    case 'route-removed':
      router.routeRemoved(change.instanceId);
      break;
    case 'router-stopping':
      if (change.taskArn === taskArn) stopping();
      break;
  }
}
