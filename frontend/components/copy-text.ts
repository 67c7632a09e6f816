/**
 * Puts the text on the clipboard. Where the browser has no clipboard interface (pages without TLS) or refuses it, a selection is
 * copied instead. Answers whether it worked. `near` is an element beside which a hidden field may stand for a moment: inside a
 * dialog a field elsewhere would lose the focus at once.
 */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text, near);
  }
}

function copySelection(text: string, near: HTMLElement): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.setAttribute('aria-hidden', 'true');
  field.style.position = 'fixed';
  field.style.opacity = '0';
  near.parentElement?.append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    near.focus();
  }
}
