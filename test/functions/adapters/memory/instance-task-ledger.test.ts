import { MemoryInstanceTaskLedger } from '../../../../functions/adapters/memory/instance-task-ledger.ts';
import { describeTaskLedger } from '../instance-task-ledger-contract.ts';

describeTaskLedger('MemoryInstanceTaskLedger', () => new MemoryInstanceTaskLedger());
