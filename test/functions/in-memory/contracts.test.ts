import { attemptLimiterContract } from '../adapters/store-contract/attempt-limiter.ts';
import { leaseStoreContract } from '../adapters/store-contract/lease-store.ts';
import { operationQueueContract } from '../adapters/store-contract/operation-queue.ts';
import { InMemoryAttemptLimiter } from './attempt-limiter.ts';
import { InMemoryLeaseStore } from './lease-store.ts';
import { InMemoryOperationQueue } from './operation-queue.ts';

attemptLimiterContract(async (clock, options) => new InMemoryAttemptLimiter(clock, options));
leaseStoreContract(async (clock) => new InMemoryLeaseStore(clock));
operationQueueContract(async (merge) => new InMemoryOperationQueue(merge), { runs: 500 });
