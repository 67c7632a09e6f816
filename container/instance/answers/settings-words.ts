/**
 * Words that reads use for a setting, and the words writes take for the same. Source: the catalogue’s vocabularies; the last word of
 * each list is formed like its siblings.
 */
export const trackWords: ReadonlyMap<unknown, string> = new Map([
  ['DONT_EMAIL_OPEN', 'DONT_TRACK_EMAIL_OPEN'],
  ['DONT_LINK_CLICK', 'DONT_TRACK_LINK_CLICK'],
  ['DONT_REPLY_TO_AN_EMAIL', 'DONT_TRACK_REPLY_TO_AN_EMAIL'],
]);

export const stopLeadWords: ReadonlyMap<unknown, string> = new Map([
  ['OPENED_EMAIL', 'OPEN_AN_EMAIL'],
  ['CLICKED_LINK', 'CLICK_ON_A_LINK'],
  ['REPLIED_EMAIL', 'REPLY_TO_AN_EMAIL'],
]);

/** Commands that set a campaign's status, by the states they lead to and by the forms other clients know. */
export const statusCommands: ReadonlyMap<unknown, string> = new Map([
  ['ACTIVE', 'START'],
  ['STARTED', 'START'],
  ['PAUSE', 'PAUSED'],
  ['STOP', 'STOPPED'],
]);
