import type { SmartleadKeyChecker } from '../../../functions/ports.ts';

/** Accepts keys that start with `demo-`, as the sandbox does, unless Smartlead is down. */
export class InMemorySmartleadKeyChecker implements SmartleadKeyChecker {
  reachable = true;
  readonly checked: string[] = [];

  async check(apiKey: string): Promise<'accepted' | 'refused' | 'unreachable'> {
    this.checked.push(apiKey);
    if (!this.reachable) return 'unreachable';
    return apiKey.startsWith('demo-') ? 'accepted' : 'refused';
  }
}
