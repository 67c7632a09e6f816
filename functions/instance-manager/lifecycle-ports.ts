import type { InstanceConfiguration } from '../../core/instance-configuration.ts';
import type {
  Clock,
  HealthProbe,
  InstanceActivityReader,
  InstanceEventStore,
  InstanceStore,
  InstanceTokenStore,
  KeyStore,
  Launcher,
  RouteTable,
  SecretStore,
  SmartleadKeyChecker,
} from '../ports.ts';

/** Something an operator should know of that stopped nobody. Never holds a secret. */
export type ReportIncident = (incident: { message: string; instanceId?: string; cause?: unknown }) => void;

/** What the lifecycle's tasks need from outside. */
export interface LifecyclePorts {
  clock: Clock;
  instances: InstanceStore;
  tokens: InstanceTokenStore;
  keys: KeyStore;
  /** Where the Smartlead keys are sealed. */
  secrets: SecretStore;
  /**
   * Where the tokens that the router presents to the instances are kept between two tasks. They live as long as the instance's
   * process: memory is right where that ends with the platform, a sealed store where it does not.
   */
  accessTokens: SecretStore;
  keyChecker: SmartleadKeyChecker;
  events: InstanceEventStore;
  routes: RouteTable;
  launcher: Launcher;
  probe: HealthProbe;
  /** How busy instances are at their doors. Where it is missing, whoever asks for a sleep has made sure. */
  activity?: InstanceActivityReader;
  /** The version of the instance image to launch the instance with. Where it is missing, or answers nothing, the launcher chooses. */
  versionFor?(instanceId: string): Promise<string | undefined>;
  /** What every instance of this installation is configured with. */
  settings: Pick<InstanceConfiguration, 'smartleadHosts' | 'rateLimit'>;
  report: ReportIncident;
}
