// What somebody may have meant who wrote a word that is not known.

import { closest, distance } from 'fastest-levenshtein';

/** `; did you mean X?`, or nothing where no known word is near enough. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const candidate = closest(word.toLowerCase(), [...known]);
  const near = distance(word.toLowerCase(), candidate.toLowerCase()) <= Math.max(2, word.length / 4);
  return near ? `; did you mean ${candidate}?` : '';
}
