/** An answer other than 200: the status and the body exactly as Smartlead would send them. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`refused with status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The validator's refusal. `validation` was seen live beside the three documented fields. */
export function invalid(message: string, source: 'params' | 'query' | 'body', keys: string[]): Refusal {
  return new Refusal(400, { statusCode: 400, error: 'Bad Request', message, validation: { source, keys } });
}

export const campaignNotFound = () => new Refusal(404, { error: 'Campaign not found - Invalid campaign_id.' });

export const leadNotFound = () => new Refusal(404, { error: 'Lead not found - Invalid lead_id.' });

/** A lead that exists but not in this campaign: the service answers a domain refusal with 500. */
export const leadNotInCampaign = () => new Refusal(500, { message: 'Lead is not part of this campaign' });

export const leadMapNotFound = () => new Refusal(404, { success: false, message: 'Email lead map not found' });

export const mailboxNotFound = (emailAccountId: number) =>
  new Refusal(404, { ok: false, message: 'Email account not found!', errorCode: 'ACCOUNT_NOT_FOUND', emailAccountId });

/** Refusals of the state of things, such as starting a campaign without a sender. */
export const notPossible = (message: string) => new Refusal(400, { error: message });
