import { z } from 'zod';
import { type SmartleadHosts, smartleadHostsSchema } from '../../core/instance-configuration.ts';

/** Where Smartlead is. Missing but in test deployments, which use a simulated one. */
export const smartleadHostsEnvironment = {
  SMARTLEAD_CORE_URL: z.url().optional(),
  SMARTLEAD_PROSPECT_URL: z.url().optional(),
  SMARTLEAD_DELIVERY_URL: z.url().optional(),
  SMARTLEAD_SENDERS_URL: z.url().optional(),
};

/** The hosts that the environment names, and the real ones for the rest. */
export function smartleadHostsOf(
  environment: Readonly<Partial<Record<keyof typeof smartleadHostsEnvironment, string | undefined>>>,
): SmartleadHosts {
  return smartleadHostsSchema.parse({
    core: environment.SMARTLEAD_CORE_URL,
    prospect: environment.SMARTLEAD_PROSPECT_URL,
    delivery: environment.SMARTLEAD_DELIVERY_URL,
    senders: environment.SMARTLEAD_SENDERS_URL,
  });
}
