import { timestamp } from '../fields.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { campaignNotFound, Refusal } from '../refusal.ts';
import type { PlacementFolder, PlacementTest } from '../state/placement.ts';

/** Deliverability tests and their folders. */
export const placementTestOperations: OperationHandlers = {
  // One region only: the reference shows an object, not a list.
  'smart-delivery/provider-ids': () => ({
    region_id: 'na-1',
    region_name: 'North America',
    groups: [
      { group_id: 1, group_name: 'Gmail', provider_count: 20 },
      { group_id: 2, group_name: 'Outlook', provider_count: 15 },
    ],
  }),

  'smart-delivery/create-manual-test': (call) => createTest(call, 'manual'),

  'smart-delivery/create-automated-test': (call) => createTest(call, 'automated'),

  'smart-delivery/test-details': (call) => testRow(call, placementTestOf(call)),

  'smart-delivery/delete-tests-bulk': ({ account, body }) => {
    for (const id of body.numbers('spamTestIds')) account.placementTests.delete(id);
    return { message: 'Tests deleted successfully' };
  },

  'smart-delivery/stop-automated-test': (call) => {
    const test = placementTestOf(call);
    if (test.kind !== 'automated') throw new Refusal(400, { message: 'Only an automated test can be stopped', status: 'error' });
    test.status = 'stopped';
    test.updatedAt = call.now;
    return { message: 'Test stopped successfully' };
  },

  'smart-delivery/list-tests': ({ account, query, body }) => {
    const kind = query.text('testType') === 'manual' ? 'manual' : 'automated';
    const tests = [...account.placementTests.values()].filter((test) => test.kind === kind).reverse();
    return pageOf(tests, body, 10).items.map((test) => ({
      spam_test_id: test.id,
      test_name: test.name,
      test_type: test.kind,
      status: test.status,
      schedule_start_time: test.startTime,
      test_end_date: test.endDate,
      every_days: test.everyDays,
      current_test_run_no: 1,
    }));
  },

  'smart-delivery/get-folders': (call) => {
    const name = call.query.optionalText('name')?.toLowerCase();
    const folders = [...call.account.placementFolders.values()];
    const matching = folders.filter((folder) => name === undefined || folder.name.toLowerCase().includes(name));
    return pageOf(matching, call.query, 10).items.map((folder) => folderRow(call, folder));
  },

  'smart-delivery/create-folder': (call) => {
    const folder = {
      id: call.account.nextIdentifier(),
      name: call.body.text('folderName'),
      createdAt: call.now,
      updatedAt: call.now,
    };
    call.account.placementFolders.set(folder.id, folder);
    return folderRow(call, folder);
  },

  'smart-delivery/get-folder-by-id': (call) => folderRow(call, folderOf(call)),

  'smart-delivery/delete-folder': (call) => {
    const folder = folderOf(call);
    call.account.placementFolders.delete(folder.id);
    for (const test of call.account.placementTests.values()) if (test.folderId === folder.id) test.folderId = null;
    return { message: 'Folder deleted successfully' };
  },
};

/** The test a path names; its id may be a number or a string. Throws Refusal. */
export function placementTestOf(call: Call): PlacementTest {
  const test = call.account.placementTests.get(Number(call.path.raw('spamTestId')));
  if (test === undefined) throw new Refusal(404, { message: 'Spam test not found', status: 'error' });
  return test;
}

function folderOf(call: Call): PlacementFolder {
  const folder = call.account.placementFolders.get(Number(call.path.raw('folderId')));
  if (folder === undefined) throw new Refusal(404, { message: 'Folder not found', status: 'error' });
  return folder;
}

function createTest(call: Call, kind: PlacementTest['kind']) {
  const { account, body, now } = call;
  const campaign = account.campaigns.get(body.number('campaign_id'));
  if (campaign === undefined) throw campaignNotFound();
  const test: PlacementTest = {
    id: account.nextIdentifier(),
    name: body.text('test_name'),
    kind,
    status: 'active',
    description: body.optionalText('description') ?? '',
    campaignId: campaign.id,
    sequenceMappingId: body.number('sequence_mapping_id'),
    senders: body.texts('sender_accounts'),
    linkChecker: body.flag('link_checker'),
    minutesBetweenEmails: body.number('min_time_btwn_emails'),
    timeUnit: body.text('min_time_unit'),
    withoutTimeGap: body.flag('all_email_sent_without_time_gap'),
    warmup: body.flag('is_warmup'),
    startTime: body.optionalText('schedule_start_time') ?? null,
    endDate: body.optionalText('test_end_date') ?? null,
    everyDays: body.optionalNumber('every_days') ?? null,
    folderId: body.optionalNumber('folder_id') ?? null,
    createdAt: now,
    updatedAt: now,
  };
  account.placementTests.set(test.id, test);
  return testRow(call, test);
}

function testRow(call: Call, test: PlacementTest) {
  return {
    id: test.id,
    test_name: test.name,
    test_type: test.kind,
    description: test.description,
    status: test.status,
    folder_id: test.folderId,
    link_checker: test.linkChecker,
    test_with_sl_account: false,
    has_seed_mapping: true,
    spam_filters: true,
    email_track_id: `track_${test.id}`,
    provider_id: 1,
    campaign_id: test.campaignId,
    sequence_mapping_id: test.sequenceMappingId,
    all_email_sent_without_time_gap: test.withoutTimeGap,
    min_time_btwn_emails: test.minutesBetweenEmails,
    min_time_unit: test.timeUnit,
    is_warmup: test.warmup,
    client_id: null,
    user_id: call.account.userId,
    created_at: timestamp(test.createdAt),
    updated_at: timestamp(test.updatedAt),
    ...(test.kind === 'manual'
      ? {}
      : {
          schedule_start_time: test.startTime,
          test_end_date: test.endDate,
          every_days: test.everyDays,
          scheduler_cron_value: `every ${test.everyDays} days`,
        }),
  };
}

function folderRow(call: Call, folder: PlacementFolder) {
  return {
    id: folder.id,
    name: folder.name,
    user_id: call.account.userId,
    client_id: null,
    created_at: timestamp(folder.createdAt),
    updated_at: timestamp(folder.updatedAt),
  };
}
