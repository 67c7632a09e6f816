import { bytes, fixedNumbers } from '../behaviour.ts';
import { hoursOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';

const gigabyte = 1024 ** 3;
/** What a unit of a load balancer holds. Source: https://aws.amazon.com/elasticloadbalancing/pricing/ */
const unit = { newConnectionsPerSecond: 25, activeConnections: 3_000, gigabytesPerHour: 1, rulesPerSecond: 1_000 };
const secondsOfHour = 3_600;
/** Load balancers write a file every five minutes in each zone. */
const logFilesPerHour = 12;

/** Load balancer, CloudFront where there is no domain and for the dashboard, firewall, files and what goes out to clients. */
export function frontDoor(situation: Situation): Item[] {
  const { settings, load } = situation;
  const toClients = bytesToClients(situation) / gigabyte;
  const dashboard = (load.dashboardMinutes / 5) * (bytes.dashboardLoad / gigabyte);
  const hasDomain = settings.domainName !== undefined;
  // With a domain the load balancer is open to the world and needs a firewall, and an address in each zone.
  const firewalls = hasDomain ? 2 : 1;
  const requests = load.calls + load.wakes * 5 + load.dashboardMinutes;
  return [
    { part: 'front door', what: 'load balancer', price: 'loadBalancer', quantity: hoursOfMonth },
    { part: 'front door', what: 'load balancer: load', price: 'loadBalancerUnit', quantity: unitsOf(situation) * hoursOfMonth },
    {
      part: 'front door',
      what: 'load balancer: addresses',
      price: 'publicAddress',
      quantity: hasDomain ? settings.availabilityZones * hoursOfMonth : 0,
    },
    {
      part: 'front door',
      what: 'answers and streams',
      price: hasDomain ? 'trafficOut' : 'cloudfrontTraffic',
      quantity: toClients,
    },
    {
      part: 'front door',
      what: 'requests by way of CloudFront',
      price: 'cloudfrontRequest',
      quantity: load.dashboardMinutes + (hasDomain ? 0 : requests),
    },
    { part: 'front door', what: 'dashboard', price: 'cloudfrontTraffic', quantity: dashboard },
    { part: 'front door', what: 'firewalls', price: 'firewall', quantity: firewalls },
    { part: 'front door', what: 'firewall rules', price: 'firewallRule', quantity: firewalls * fixedNumbers.firewallRules },
    { part: 'front door', what: 'requests looked at', price: 'firewallRequest', quantity: requests },
    { part: 'front door', what: 'DNS zone', price: 'zone', quantity: hasDomain ? 1 : 0 },
    {
      part: 'front door',
      what: 'access logs: files',
      price: 'fileWrite',
      quantity: logFilesPerHour * hoursOfMonth * settings.availabilityZones,
    },
    {
      part: 'front door',
      what: 'access logs: kept',
      price: 'fileStorage',
      quantity: ((requests * bytes.apiLogLine) / gigabyte) * (settings.logRetentionDays / 30),
    },
  ];
}

/** Units of the load balancer in an average hour: the dimension that is used most counts. */
export function unitsOf(situation: Pick<Situation, 'load'>): number {
  const { load } = situation;
  const perSecond = load.calls / hoursOfMonth / secondsOfHour;
  return Math.max(
    perSecond / unit.newConnectionsPerSecond,
    load.streamHours / hoursOfMonth / unit.activeConnections,
    bytesToClients(situation) / gigabyte / hoursOfMonth / unit.gigabytesPerHour,
    perSecond / unit.rulesPerSecond,
  );
}

function bytesToClients({ load }: Pick<Situation, 'load'>): number {
  return load.calls * bytes.callOut + load.streamHours * bytes.streamHour + load.wakes * bytes.wake;
}
