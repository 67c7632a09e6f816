import type { CallArguments } from '../../catalogue/call-arguments.ts';
import { operations } from '../../catalogue/catalogue.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { OperationCallContext, OperationCaller } from '../../smartlead/operation-caller.ts';
import { quotedText } from './quoted-text.ts';

/** A preview must stay cheap: the key's rate limit is small. */
const mostReads = 2;
/** Together with the call itself this stays below the time that clients wait. */
const timeLimitMs = 10_000;

/** The few reads that one preview may make. One that fails answers undefined: a preview says "unknown" then, it never blocks a call. */
export class PreviewReads {
  readonly #caller: OperationCaller;
  readonly #context: OperationCallContext;
  #signal: AbortSignal | undefined;
  #made = 0;

  constructor(caller: OperationCaller, context: OperationCallContext) {
    this.#caller = caller;
    this.#context = context;
  }

  /** The name and the leads of a campaign, such as `campaign 7 "Q3"`. */
  async campaign(id: unknown): Promise<{ text: string; name: string | undefined }> {
    const name = this.#textField(await this.#read('campaigns/get-by-id', { campaign_id: id }), ['name']);
    return { name, text: withName(`campaign ${String(id)}`, name) };
  }

  /** How many leads a campaign has. */
  async leadsOfCampaign(id: unknown): Promise<number | undefined> {
    const answer = await this.#read('campaigns/get-leads', { campaign_id: id, limit: 1 });
    return isJsonObject(answer) ? wholeNumber(answer.total_leads) : undefined;
  }

  /** How many steps a campaign has. */
  async stepsOfCampaign(id: unknown): Promise<number | undefined> {
    const answer = await this.#read('campaigns/get-sequences', { campaign_id: id });
    const steps = isJsonObject(answer) ? answer.data : answer;
    return Array.isArray(steps) ? steps.length : undefined;
  }

  /** How many leads these lists hold together. */
  async leadsOfLists(ids: readonly unknown[]): Promise<number | undefined> {
    const [first, ...others] = ids;
    if (first === undefined) return 0;
    if (others.length === 0) return (await this.list(first)).leads;
    const answer = objectIn(await this.#read('lead-lists/get-all', { limit: 1000 }));
    const rows: unknown[] = Array.isArray(answer?.lists) ? answer.lists : [];
    const counts = ids.map((id) => leadCount(rows.find((row) => isJsonObject(row) && String(row.id) === String(id))));
    return counts.includes(undefined) ? undefined : counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
  }

  /** A lead list, such as `lead list 5 "Fair"`. */
  async list(id: unknown): Promise<{ text: string; leads: number | undefined }> {
    const answer = await this.#read('lead-lists/get-by-id', { id });
    const name = this.#textField(answer, ['list_name', 'name']);
    return { text: withName(`lead list ${String(id)}`, name), leads: leadCount(objectIn(answer)) };
  }

  /** A lead, such as `lead 5 "ada@example.com"`. */
  async lead(id: unknown): Promise<string> {
    const answer = await this.#read('campaigns/get-lead-by-id', { lead_id: id });
    return withName(`lead ${String(id)}`, this.#textField(answer, ['email']));
  }

  /** A mailbox, such as `mailbox 5 "ada@example.com"`. */
  async mailbox(id: unknown): Promise<string> {
    const answer = await this.#read('email-accounts/get-by-id', { email_account_id: id });
    return withName(`mailbox ${String(id)}`, this.#textField(answer, ['from_email', 'username']));
  }

  /** A webhook, such as `webhook 5 "CRM"`. */
  async webhook(id: unknown): Promise<string> {
    const answer = await this.#read('webhooks/get', { webhook_id: id });
    return withName(`webhook ${String(id)}`, this.#textField(answer, ['name']));
  }

  #textField(answer: unknown, names: readonly string[]): string | undefined {
    const found = objectIn(answer);
    for (const name of names) if (typeof found?.[name] === 'string') return found[name];
    return undefined;
  }

  async #read(id: string, callArguments: CallArguments): Promise<unknown> {
    const operation = operations.find((candidate) => candidate.id === id);
    if (operation === undefined || this.#made >= mostReads) return undefined;
    this.#made += 1;
    const { session } = this.#context;
    this.#signal ??= AbortSignal.any([this.#context.signal, AbortSignal.timeout(timeLimitMs)]);
    try {
      return (await this.#caller.call(operation, callArguments, { session, signal: this.#signal, repeat: false })).value;
    } catch (error) {
      if (this.#context.signal.aborted) throw error;
      return undefined;
    }
  }
}

function withName(thing: string, name: string | undefined): string {
  return name === undefined || name.trim() === '' ? thing : `${thing} ${quotedText(name)}`;
}

/** The object an answer is about: bare, in `data`, or the only element of a list there. */
function objectIn(answer: unknown): Record<string, unknown> | undefined {
  if (Array.isArray(answer)) return answer.length === 1 ? objectIn(answer[0]) : undefined;
  if (!isJsonObject(answer)) return undefined;
  return 'data' in answer ? objectIn(answer.data) : answer;
}

function leadCount(list: unknown): number | undefined {
  return isJsonObject(list) ? (wholeNumber(list.leads_count) ?? wholeNumber(list.lead_count)) : undefined;
}

/** Smartlead sends counts as numbers or as text. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}
