/** A failure that such services are known for, and where it is shown that this one survives it. */
export interface Failure {
  number: number;
  name: string;
  /** What is done to the service. */
  done: string;
  /** Test files, and which of their tests where not all. */
  shownBy: { file: string; named?: RegExp }[];
}

const killed = 'test/faults/sessions/instance-killed.test.ts';
const returning = 'test/faults/sessions/returning-clients.test.ts';
const platformKilled = 'test/faults/processes/platform-killed.test.ts';
const database = 'test/faults/processes/database-killed.test.ts';
const trouble = 'test/faults/provisioning/instance-trouble.test.ts';
const storms = 'test/faults/edge/storms.test.ts';
const networks = 'test/faults/edge/networks.test.ts';

/** Numbered as in the list that the product was designed from; 100 and up are failures of the machine below it. */
export const failures: readonly Failure[] = [
  {
    number: 1,
    name: 'A second client, or the same one again, ends the server',
    done: 'Clients of both generations connect, call, leave and come back, many at once',
    shownBy: [{ file: returning, named: /PEERS 1, 2, 12/ }],
  },
  {
    number: 2,
    name: 'Processes and memory leak with calls that are given up',
    done: 'Thousands of calls, a fifth of them cut in the middle, at an instance and through the router',
    shownBy: [
      { file: storms, named: /PEERS 2/ },
      { file: 'test/faults/instance/upstream.test.ts', named: /PEERS 2/ },
    ],
  },
  {
    number: 3,
    name: 'Children outlive their parent',
    done: 'kill -9 of the platform and of an instance’s parent; an instance that hangs',
    shownBy: [
      { file: platformKilled },
      { file: 'test/faults/instance/process-end.test.ts', named: /PEERS 3/ },
      { file: trouble, named: /hangs/ },
    ],
  },
  {
    number: 4,
    name: 'A vanished client is never noticed',
    done: 'A client stops reading; another’s packets are dropped, where the system allows it',
    shownBy: [
      { file: networks, named: /PEERS 4/ },
      { file: 'test/container/router/forwarding.test.ts', named: /unread/ },
      { file: 'test/container/instance/protocol/vanished-clients.test.ts' },
    ],
  },
  {
    number: 5,
    name: 'A client that leaves in the middle of an answer ends the process',
    done: 'A client leaves at every byte of an answer',
    shownBy: [{ file: returning, named: /PEERS 5/ }],
  },
  {
    number: 6,
    name: 'Characters that are split between chunks are destroyed',
    done: 'Events are cut at random bytes; answers hold characters of several bytes',
    shownBy: [{ file: 'test/container/router/event-stream.test.ts' }, { file: 'test/faults/isolation/crossing.test.ts' }],
  },
  {
    number: 7,
    name: 'Log lines on standard output break the protocol',
    done: 'A strict reader listens while everything goes wrong',
    shownBy: [{ file: 'test/faults/instance/strict-output.test.ts' }],
  },
  {
    number: 8,
    name: 'After a restart every client fails for ever',
    done: 'kill -9 and restarts of an instance under open streams and running calls',
    shownBy: [{ file: killed }],
  },
  {
    number: 9,
    name: 'Clients do not recover, although they are told correctly',
    done: 'No client is asked to connect again: instance, router and control plane are killed; streams are cut as n8n’s are',
    shownBy: [{ file: killed }, { file: platformKilled }, { file: returning, named: /PEERS 9/ }],
  },
  {
    number: 10,
    name: 'A lost write is reported as success',
    done: 'kill -9 while writes run: each is told that its outcome is unknown, and none is made twice',
    shownBy: [{ file: killed, named: /kill -9|second time/ }],
  },
  {
    number: 11,
    name: 'Storms of connections',
    done: '5,000 connections to one instance in 3 s while another workspace makes its calls',
    shownBy: [{ file: storms, named: /PEERS 11/ }],
  },
  {
    number: 12,
    name: 'Sessions that nobody ends fill the memory',
    done: 'Thousands of sessions are opened and left',
    shownBy: [{ file: returning, named: /PEERS 1, 2, 12/ }, { file: 'test/faults/instance/soak.test.ts' }],
  },
  {
    number: 13,
    name: 'Protocol revisions are mixed up',
    done: 'Three revisions through one address, in turn',
    shownBy: [{ file: returning, named: /PEERS 13/ }],
  },
  {
    number: 14,
    name: 'A redirect on a trailing slash breaks clients',
    done: 'Both spellings of each address',
    shownBy: [{ file: returning, named: /PEERS 14/ }],
  },
  {
    number: 15,
    name: 'Silent streams are cut by what stands between',
    done: 'A stream that nobody says anything on is read until it was kept alive',
    shownBy: [{ file: networks, named: /PEERS 15/ }, { file: 'test/container/router/keep-alive.test.ts' }],
  },
  {
    number: 16,
    name: 'Random 502: the server closes a pooled connection first',
    done: 'Connections are left idle and used again',
    shownBy: [{ file: networks, named: /PEERS 16/ }],
  },
  {
    number: 17,
    name: 'Deploys cut open streams, or never end',
    done: 'SIGTERM with hundreds of open streams and running calls',
    shownBy: [{ file: 'test/faults/processes/drain.test.ts' }],
  },
  {
    number: 20,
    name: 'Answers reach another customer’s stream',
    done: 'Random calls of two workspaces with equal ids over all transports, with cuts and kills',
    shownBy: [{ file: 'test/faults/isolation/crossing.test.ts' }],
  },
  {
    number: 21,
    name: 'A session id alone gives access',
    done: 'Another workspace’s valid token is shown with the session, before and after a kill',
    shownBy: [{ file: returning, named: /PEERS 21/ }],
  },
  {
    number: 22,
    name: 'Keys in URLs leak into logs',
    done: 'Planted secrets are looked for in every file, column, answer and process listing',
    shownBy: [{ file: 'test/e2e/canary.test.ts' }],
  },
  {
    number: 23,
    name: 'A rotated key is still used',
    done: 'A key is rotated under load',
    shownBy: [{ file: trouble, named: /PEERS 23/ }],
  },
  {
    number: 24,
    name: 'A launch that never ends',
    done: 'Instances that never become ready, and one that hangs',
    shownBy: [{ file: trouble, named: /hangs/ }, { file: 'test/functions/adapters/child-process/launcher.test.ts' }],
  },
  {
    number: 25,
    name: 'A crash between two steps leaves orphans',
    done: 'The control plane is killed after every single step of every workflow',
    shownBy: [{ file: 'test/faults/control-plane' }],
  },
  {
    number: 26,
    name: 'A stop that fails silently',
    done: 'An instance that does not end when it is told to',
    shownBy: [{ file: trouble, named: /force/ }],
  },
  {
    number: 101,
    name: 'PostgreSQL is killed or hangs',
    done: 'kill -9 and a pause of PostgreSQL under open streams and running calls',
    shownBy: [{ file: database }],
  },
  {
    number: 102,
    name: 'The disk is full',
    done: 'A small disk is filled to its last byte and emptied again',
    shownBy: [{ file: 'test/faults/machine/full-disk.test.ts' }],
  },
  {
    number: 103,
    name: 'The clock jumps',
    done: 'An hour and days, back and ahead',
    shownBy: [{ file: 'test/faults/machine/clock.test.ts' }],
  },
];
