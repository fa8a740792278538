// $name in a value stands for another setting's value, as in Postfix: $name, ${name} or $(name), and $$ for a dollar.
// Postfix's ${name?text} and its kin are not offered.

import { didYouMean } from './nearest.ts';
import { right, wrong, type Parsed } from './value-types.ts';

const REFERENCE = /\$(?:(\$)|(\w+)|\{(\w+)\}|\((\w+)\))?/g;

/** `text` with its references, and those in what they stand for, replaced by what `texts` has under their names. */
export function expand(
  text: string,
  texts: ReadonlyMap<string, string>,
  through: readonly string[] = [],
): Parsed<string> {
  const mistakes: string[] = [];
  const expanded = text.replace(
    REFERENCE,
    (reference, dollar?: string, plain?: string, braced?: string, round?: string) => {
      if (dollar !== undefined) return dollar;
      const result = lookUp(reference, plain ?? braced ?? round, texts, through);
      if (result.ok) return result.value;
      mistakes.push(result.wrong);
      return '';
    },
  );
  return mistakes.length === 0 ? right(expanded) : wrong(mistakes.join('; '));
}

function lookUp(
  reference: string,
  name: string | undefined,
  texts: ReadonlyMap<string, string>,
  through: readonly string[],
): Parsed<string> {
  if (name === undefined) return wrong('a $ that names no setting is written $$');
  const text = texts.get(name);
  if (text === undefined) return wrong(`${reference} is not a setting${didYouMean(name, [...texts.keys()])}`);
  if (through.includes(name)) return wrong(`${reference} comes back to itself (${[...through, name].join(' → ')})`);
  return expand(text, texts, [...through, name]);
}
