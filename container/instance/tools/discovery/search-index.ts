/** A document to search: its words by how much a hit in them says. */
export interface SearchableText {
  name: string;
  /** Texts with their weights. */
  texts: readonly { text: string; weight: number }[];
}

interface IndexedText {
  name: string;
  nameTerms: readonly string[];
  /** Weighted number of times each term stands in it. */
  frequencies: ReadonlyMap<string, number>;
  length: number;
}

export interface SearchIndex {
  /** Names of the texts that hold any of the words, best first. */
  search(query: string): string[];
}

/** Usual values of Okapi BM25: how fast repeated words stop counting, and how much the length of a text does. */
const saturation = 1.2;
const lengthPenalty = 0.75;

/** An index that ranks by Okapi BM25: rare words count more than frequent ones, and hits in short texts more than in long ones. */
export function createSearchIndex(texts: readonly SearchableText[]): SearchIndex {
  const indexed = texts.map(indexText);
  const averageLength = indexed.reduce((sum, { length }) => sum + length, 0) / Math.max(1, indexed.length);
  const rarity = (term: string) => {
    const count = indexed.filter(({ frequencies }) => frequencies.has(term)).length;
    return count === 0 ? 0 : Math.log(1 + (indexed.length - count + 0.5) / (count + 0.5));
  };
  return {
    search(query) {
      const asked = new Set(termsOf(withoutVerb(query)));
      const terms = [...asked].map((term) => ({ term, weight: rarity(term) })).filter(({ weight }) => weight > 0);
      const score = ({ frequencies, length }: IndexedText) =>
        terms.reduce((sum, { term, weight }) => {
          const frequency = frequencies.get(term) ?? 0;
          const norm = saturation * (1 - lengthPenalty + (lengthPenalty * length) / averageLength);
          return sum + (weight * frequency * (saturation + 1)) / (frequency + norm);
        }, 0);
      return (
        indexed
          // Of two texts with the same words, the one whose name says nothing else is meant.
          .map((text) => ({ name: text.name, score: score(text) * (1 + shareOf(text.nameTerms, asked)) }))
          .filter((hit) => hit.score > 0)
          .sort((one, other) => other.score - one.score)
          .map(({ name }) => name)
      );
    },
  };
}

function indexText({ name, texts }: SearchableText): IndexedText {
  const frequencies = new Map<string, number>();
  let length = 0;
  for (const { text, weight } of texts) {
    for (const term of termsOf(text)) {
      frequencies.set(term, (frequencies.get(term) ?? 0) + weight);
      length += weight;
    }
  }
  return { name, nameTerms: termsOf(name), frequencies, length };
}

function shareOf(terms: readonly string[], asked: ReadonlySet<string>): number {
  return terms.length === 0 ? 0 : terms.filter((term) => asked.has(term)).length / terms.length;
}

/** Words that stand in every second question and tell no tool from another. */
const stopWords: ReadonlySet<string> = new Set(
  'a all an and are by can do each for from get give how i in is it its me my of on one or the this to what which with'.split(
    ' ',
  ),
);

/** At the start of a question "list" asks to see things; anywhere else it is one of them, as in "lead list". */
function withoutVerb(query: string): string {
  return query.replace(/^\s*(?:list|show)\s+(?=\S)/i, '');
}

/** Words that people use for the same thing: the first is the one that is indexed. */
const sameWords: ReadonlyMap<string, string> = new Map(
  [
    ['mail', 'email', 'message'],
    ['mailbox', 'inboxe', 'sender'],
    ['contact', 'prospect'],
    ['delete', 'remove', 'erase'],
    ['add', 'insert', 'append', 'upload', 'import'],
    ['create', 'new', 'make'],
    ['update', 'change', 'edit', 'modify', 'set'],
    ['start', 'launch', 'run'],
    ['stat', 'statistic', 'analytic', 'metric', 'performance'],
    ['reply', 'replie', 'answer', 'response'],
    ['sequence', 'step', 'followup'],
    ['warmup', 'warm'],
    ['category', 'categorie'],
    ['stop', 'stopped'],
    ['pause', 'paused', 'hold'],
  ].flatMap(([first = '', ...others]) => others.map((word): [string, string] => [word, first])),
);

/** The words of a text as they are compared: in lower case, camel case and names with underscores taken apart, without plurals. */
function termsOf(text: string): string[] {
  const words = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll('e-mail', 'email')
    .replaceAll('warm-up', 'warmup')
    .replaceAll('follow-up', 'followup')
    .split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word !== '' && !stopWords.has(word)).map(termOf);
}

function termOf(word: string): string {
  const singular = word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  return sameWords.get(singular) ?? singular;
}
