import { bytes, fixedNumbers, imageSize, linesOfWake, taskLists } from '../behaviour.ts';
import { hoursOfMonth, secondsOfMonth } from '../load.ts';
import type { Item, Situation } from '../situation.ts';
import { warmTasksOf } from './compute.ts';

const gigabyte = 1024 ** 3;

/** The way out of the private network, and AWS services inside of it. */
export function network(situation: Situation): Item[] {
  const { settings, load } = situation;
  const { availabilityZones: zones } = settings;
  const gateways = settings.natGateways === 'one' ? 1 : zones;
  const endpoints = settings.interfaceEndpoints.length * zones;
  const smartlead = load.calls * (bytes.smartleadIn + bytes.smartleadOut);
  const logged = (load.calls + load.wakes * linesOfWake) * bytes.instanceLogLine;
  const queued = load.calls * bytes.queueMessage;
  // Where logs have no endpoint of their own they leave by the gateways.
  const logsInside = settings.interfaceEndpoints.includes('logs');
  const outward = smartlead + queued + taskListBytes(situation) + (logsInside ? 0 : logged);
  return [
    { part: 'network', what: 'NAT gateways', price: 'natGateway', quantity: gateways * hoursOfMonth },
    { part: 'network', what: 'addresses of NAT gateways', price: 'publicAddress', quantity: gateways * hoursOfMonth },
    { part: 'network', what: 'NAT: Smartlead', price: 'natTraffic', quantity: smartlead / gigabyte },
    { part: 'network', what: 'NAT: lists of tasks from ECS', price: 'natTraffic', quantity: taskListBytes(situation) / gigabyte },
    {
      part: 'network',
      what: 'NAT: the rest',
      price: 'natTraffic',
      quantity: (outward - smartlead - taskListBytes(situation)) / gigabyte,
    },
    { part: 'network', what: 'endpoints of AWS services', price: 'interfaceEndpoint', quantity: endpoints * hoursOfMonth },
    {
      part: 'network',
      what: 'endpoints: traffic',
      price: 'interfaceEndpointTraffic',
      quantity: (logsInside ? logged : 0) / gigabyte,
    },
    { part: 'network', what: 'to Smartlead', price: 'trafficOut', quantity: (load.calls * bytes.smartleadOut) / gigabyte },
    {
      part: 'network',
      what: 'between zones',
      price: 'trafficBetweenZones',
      quantity: (load.calls * (bytes.callIn + bytes.callOut) * 2 * ((zones - 1) / zones)) / gigabyte,
    },
    { part: 'network', what: 'images', price: 'imageStorage', quantity: fixedNumbers.images * imageSize },
  ];
}

/** What ECS answers to the manager, which lists all tasks. */
function taskListBytes(situation: Situation): number {
  const tasks = situation.load.awakeHours / hoursOfMonth + warmTasksOf(situation);
  return (secondsOfMonth / taskLists.everySeconds) * tasks * taskLists.bytesOfTask;
}
