import { countOf, rowsOf, textOf } from '../json/json-value.ts';
import type { OperationCallContext } from '../smartlead/operation-caller.ts';
import { type ArgumentIssue, SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById } from '../tools/operation-steps.ts';

/** Mailboxes named in the ways people name them. */
export interface MailboxChoice {
  ids?: readonly number[];
  addresses?: readonly string[];
  /** Names of mailbox tags: every mailbox with one of them. */
  tags?: readonly string[];
}

const pageSize = 100;
const mostPages = 100;

/**
 * The ids of the chosen mailboxes, each once. Reads the account's mailboxes only where addresses or tags are among the choice.
 * @throws SmartleadError `invalid_arguments` for an address or a tag that no mailbox has.
 */
export async function mailboxIds(steps: OperationSteps, choice: MailboxChoice, context: OperationCallContext): Promise<number[]> {
  const { ids = [], addresses = [], tags = [] } = choice;
  const chosen = new Set(ids);
  if (addresses.length + tags.length === 0) return [...chosen];
  const missingAddresses = new Map(addresses.map((address, index) => [address.trim().toLowerCase(), index]));
  const missingTags = new Map(tags.map((tag, index) => [tag.trim().toLowerCase(), index]));
  const wantedAddresses = new Set(missingAddresses.keys());
  const wantedTags = new Set(missingTags.keys());
  for await (const { id, address, tagNames } of allMailboxes(steps, context)) {
    const byTag = tagNames.filter((tag) => wantedTags.has(tag));
    if (byTag.length === 0 && !wantedAddresses.has(address)) continue;
    chosen.add(id);
    missingAddresses.delete(address);
    for (const tag of byTag) missingTags.delete(tag);
  }
  const issues: ArgumentIssue[] = [
    ...[...missingAddresses.values()].map((index) => ({
      path: `mailboxes.addresses[${index}]`,
      message: 'is no mailbox of this account',
    })),
    ...[...missingTags.values()].map((index) => ({ path: `mailboxes.tags[${index}]`, message: 'is a tag that no mailbox has' })),
  ];
  if (issues.length > 0) {
    const text = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new SmartleadError('invalid_arguments', `Nothing was sent. ${text}.`, { issues: issues.slice(0, 8) });
  }
  return [...chosen];
}

async function* allMailboxes(steps: OperationSteps, context: OperationCallContext) {
  const operation = operationById('email-accounts/get-all');
  for (let page = 0; page < mostPages; page += 1) {
    const { value } = await steps.call(operation, { limit: pageSize, offset: page * pageSize }, context);
    const rows = rowsOf(value);
    for (const row of rows) {
      const id = countOf(row.id);
      const tagNames = rowsOf(row.tags).map((tag) => textOf(tag.name ?? tag.tag_name).toLowerCase());
      if (id !== undefined) yield { id, address: textOf(row.from_email).toLowerCase(), tagNames };
    }
    if (rows.length < pageSize) return;
  }
}
