/** Elements whose content is not for reading. */
const unseen: ReadonlySet<string> = new Set(['head', 'script', 'style', 'template', 'title']);

/** Elements that begin and end a line. */
const lines: ReadonlySet<string> = new Set(
  'address article aside blockquote center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li ol pre section table tr ul'.split(
    ' ',
  ),
);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  sbquo: '‚',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  sect: '§',
  deg: '°',
  times: '×',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  ccedil: 'ç',
  egrave: 'è',
  eacute: 'é',
  ecirc: 'ê',
  iacute: 'í',
  ntilde: 'ñ',
  oacute: 'ó',
  ocirc: 'ô',
  uacute: 'ú',
  zwnj: '',
  zwj: '',
  shy: '',
};

/** Characters without width, with which newsletters fill their preview. */
const widthless = /\u034f|[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/** What has to be taken out or collapsed; most text has none of it. */
const untidy = /[^ -~\u00a1-\u00ac\u00ae-\u02ff]| {2}/;

/**
 * The text of an HTML mail: paragraphs as lines, targets of links behind their text, entities as characters. In one pass, since what
 * comes in is an outsider's and may be built to take long.
 */
export function plainText(html: string): string {
  const reader = new HtmlReader(html);
  return reader.read();
}

class HtmlReader {
  readonly #html: string;
  #lowerCase: string | undefined;
  /** The text so far, in pieces: a text that grows and is looked at in turn would be copied again and again. */
  readonly #pieces: string[] = [];
  /** Last character of the text so far. */
  #last = '';
  /** Target of the link that is open, and the piece with which its text begins. */
  #link: { target: string; start: number } | undefined;
  /** Closing tags that do not come any more, so that they are not looked for again and again. */
  readonly #absent = new Set<string>();

  constructor(html: string) {
    this.#html = html;
  }

  read(): string {
    const html = this.#html;
    let position = 0;
    while (position < html.length) {
      const open = html.indexOf('<', position);
      if (open === -1) break;
      this.#addText(html.slice(position, open));
      const next = this.#skipTag(open);
      if (next === undefined) {
        // A bracket that opens no tag is text.
        this.#add('<');
        position = open + 1;
      } else position = next;
    }
    this.#addText(html.slice(position));
    return this.#pieces
      .join('')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }

  #add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#last = piece.slice(-1);
  }

  #addText(source: string): void {
    if (source === '') return;
    const decoded = decodeEntities(source);
    const text = untidy.test(decoded) ? decoded.replace(widthless, '').replace(/\s+/g, ' ') : decoded;
    const isSpaced = this.#last === '' || this.#last === '\n' || this.#last === ' ';
    this.#add(isSpaced && text.startsWith(' ') ? text.slice(1) : text);
  }

  /** Reads the tag or comment that begins here. @returns The place behind it; undefined where there is none. */
  #skipTag(open: number): number | undefined {
    const html = this.#html;
    if (html.startsWith('<!--', open)) return this.#behind('-->', open + 4);
    if (!/[a-z/!?]/i.test(html[open + 1] ?? '')) return undefined;
    const end = this.#behind('>', open);
    if (end === undefined) return undefined;
    const tag = html.slice(open + 1, end - 1);
    const closes = tag.startsWith('/');
    const name = /^\/?([a-z][a-z0-9]*)/i.exec(tag)?.[1]?.toLowerCase() ?? '';
    if (!closes && unseen.has(name)) {
      const closing = this.#behind(`</${name}`, end);
      return closing === undefined ? end : (this.#behind('>', closing) ?? closing);
    }
    this.#applyTag(name, closes, tag);
    return end;
  }

  #applyTag(name: string, closes: boolean, tag: string): void {
    if (name === 'br') this.#add('\n');
    else if (name === 'p') this.#add(this.#last === '' ? '' : '\n\n');
    else if (lines.has(name)) this.#add(this.#last === '' || this.#last === '\n' ? '' : '\n');
    else if (name === 'td' || name === 'th') this.#add(closes && this.#last !== ' ' ? ' ' : '');
    else if (name === 'a') {
      if (closes) this.#closeLink();
      else this.#link = { target: targetOf(tag), start: this.#pieces.length };
    }
  }

  #closeLink(): void {
    if (this.#link === undefined) return;
    const { target, start } = this.#link;
    this.#link = undefined;
    if (!/^(?:https?|mailto):/i.test(target)) return;
    const text = this.#pieces.slice(start).join('').trim();
    const saysTarget = text !== '' && target.includes(text.replace(/^https?:\/\//i, ''));
    if (!saysTarget) this.#add(` (${target})`);
  }

  /** The place behind the next of these words; undefined where none comes. */
  #behind(word: string, from: number): number | undefined {
    if (this.#absent.has(word)) return undefined;
    this.#lowerCase ??= asciiLowerCase(this.#html);
    const found = (word.startsWith('</') ? this.#lowerCase : this.#html).indexOf(word, from);
    if (found !== -1) return found + word.length;
    this.#absent.add(word);
    return undefined;
  }
}

/** Lower case of the same length: of some other letters the lower case is longer. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function targetOf(tag: string): string {
  const [, double, single, bare] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag) ?? [];
  return decodeEntities(double ?? single ?? bare ?? '').trim();
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] as string) : whole;
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
