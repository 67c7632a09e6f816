import { randomBytes } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSealer, SealBrokenError } from '../../../core/sealer.ts';
import { DynamoSealedSecretStore } from '../../../functions/adapters/dynamodb/sealed-secret-store.ts';
import { secretStoreContract } from '../../functions/adapters/store-contract/secret-store.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable, type TestTable } from './table.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

const sealerOf = (bytes: Buffer) => createSealer({ bytes, id: bytes.subarray(0, 8) });

describeOnAws('sealed secrets in DynamoDB', () => {
  secretStoreContract(async () => {
    const { table, drop } = await createTestTable();
    return { secrets: new DynamoSealedSecretStore(table, sealerOf(randomBytes(32))), close: drop };
  });

  let test: TestTable;
  beforeAll(async () => {
    test = await createTestTable();
  });
  afterAll(() => test?.drop());

  it('open with the same key and in their own place alone', async () => {
    const key = randomBytes(32);
    const secrets = new DynamoSealedSecretStore(test.table, sealerOf(key));
    const reference = await secrets.put('instance-access-token/ins_1', 'planted-canary');
    await expect(new DynamoSealedSecretStore(test.table, sealerOf(key)).get(reference)).resolves.toBe('planted-canary');
    const stranger = new DynamoSealedSecretStore(test.table, sealerOf(randomBytes(32)));
    await expect(stranger.get(reference)).rejects.toThrow(SealBrokenError);
    const { Items = [] } = await test.table.client.send(
      new QueryCommand({
        TableName: test.table.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'sealed-secret#instance-access-token/ins_1' } },
      }),
    );
    expect(Items).toHaveLength(1);
    expect(Items[0]?.sk?.S).toBe(`version#${reference.version.toString().padStart(16, '0')}`);
    expect(Buffer.from(Items[0]?.sealed?.B ?? []).includes('planted-canary')).toBe(false);
  });
});
