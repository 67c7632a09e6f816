import { describeTaskLedger } from '../adapters/instance-task-ledger-contract.ts';
import { MemoryInstanceTaskLedger } from './instance-task-ledger.ts';

describeTaskLedger('MemoryInstanceTaskLedger', () => new MemoryInstanceTaskLedger());
