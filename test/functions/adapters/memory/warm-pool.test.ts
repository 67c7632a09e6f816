import { MemoryWarmPool } from '../../../../functions/adapters/memory/warm-pool.ts';
import { warmPoolContract } from '../store-contract/warm-pool.ts';

warmPoolContract(async () => new MemoryWarmPool());
