import type { AlertMessage } from '../../ports.ts';

/** A message as plain text, and as simple HTML for mailboxes that prefer it. */
export function mailBodies({ subject, text, link }: Pick<AlertMessage, 'subject' | 'text' | 'link'>): {
  text: string;
  html: string;
} {
  const paragraphs = text.split('\n').map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`);
  const address = escapeHtml(link);
  return {
    text: `${text.split('\n').join('\n\n')}\n\n${link}\n`,
    html: [
      '<!doctype html><html lang="en"><head><meta charset="utf-8">',
      `<title>${escapeHtml(subject)}</title></head>`,
      '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">',
      `<h1 style="font-size: 1.2em">${escapeHtml(subject)}</h1>`,
      ...paragraphs,
      `<p><a href="${address}">${address}</a></p></body></html>`,
    ].join('\n'),
  };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
