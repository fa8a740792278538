// The types of settings: how a value is written in a file, and what it is in the program. Sizes become bytes, times
// milliseconds. `format` writes a value so that `parse` reads the same one back.
// A text that does not fit is a result, never an exception; its words say what would be right.

import { didYouMean } from './nearest.ts';

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly wrong: string };

export type ValueType<T> = {
  /** As docs/settings.md names it. */
  readonly name: string;
  /** What to write, for messages and docs/settings.md. */
  readonly written: string;
  /** May be written as a YAML list. */
  readonly list?: true;
  parse(text: string): Parsed<T>;
  format(value: T): string;
};

export const right = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const wrong = (message: string): { readonly ok: false; readonly wrong: string } => ({
  ok: false,
  wrong: message,
});

/** Inclusive, in bytes, milliseconds or pieces. */
type Bounds = { readonly least?: number; readonly most?: number };

const KIB = 1024;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Bytes. */
export const size = (bounds: Bounds = {}): ValueType<number> =>
  quantity(bounds, {
    name: 'size',
    written: '29MiB, 10MB, 512KiB, 64kB, 1GiB, 1GB or a number of bytes',
    plain: 1,
    units: { GiB: KIB ** 3, GB: 1e9, MiB: KIB ** 2, MB: 1e6, KiB: KIB, kB: 1e3 },
  });

/** Milliseconds. A plain number means seconds, as in Postfix. */
export const time = (bounds: Bounds = {}): ValueType<number> =>
  quantity(bounds, {
    name: 'time',
    written: '250ms, 300s, 5m, 1h, 5d, 1w or a number of seconds',
    plain: SECOND,
    units: { w: 7 * DAY, d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 },
  });

export const count = (bounds: Bounds = {}): ValueType<number> =>
  quantity(bounds, { name: 'number', written: 'a whole number', plain: 1, units: {} });

type Measure = {
  readonly name: string;
  readonly written: string;
  /** What a number without a unit is multiplied by. */
  readonly plain: number;
  /** The largest first. */
  readonly units: Readonly<Record<string, number>>;
};

function quantity({ least = 0, most = Number.MAX_SAFE_INTEGER }: Bounds, measure: Measure): ValueType<number> {
  const { name, written, plain } = measure;
  const units = Object.entries(measure.units);
  const format = (value: number): string => {
    const [unit, factor] = units.find(([, each]) => value > 0 && value % each === 0) ?? ['', plain];
    return `${value / factor}${unit}`;
  };
  const parse = (text: string): Parsed<number> => {
    const [, digits, suffix = ''] = /^(\d+)([a-z]*)$/i.exec(text) ?? [];
    const factor = suffix === '' ? plain : units.find(([unit]) => unit.toLowerCase() === suffix.toLowerCase())?.[1];
    if (digits === undefined || factor === undefined) return wrong(`"${text}" is not a ${name}: write ${written}`);
    const value = Number(digits) * factor;
    if (value < least) return wrong(`${text} is too small: at least ${format(least)}`);
    if (value > most) return wrong(`${text} is too large: at most ${format(most)}`);
    return right(value);
  };
  return { name, written, parse, format };
}

const TRUTHS = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

export const yesNo: ValueType<boolean> = {
  name: 'yes/no',
  written: 'yes or no (true and false mean the same)',
  parse(text) {
    const truth = TRUTHS.get(text.toLowerCase());
    return truth === undefined ? wrong(`"${text}" is neither yes nor no`) : right(truth);
  },
  format: (value) => (value ? 'yes' : 'no'),
};

/** One of some words, in whatever case it is written. */
export function choice<const T extends string>(options: readonly T[]): ValueType<T> {
  const all = options.join(', ');
  return {
    name: all,
    written: `one of ${all}`,
    parse(text) {
      const found = options.find((option) => option.toLowerCase() === text.toLowerCase());
      if (found !== undefined) return right(found);
      return wrong(`"${text}" is not known here${didYouMean(text, options) || `: write one of ${all}`}`);
    },
    format: (value) => value,
  };
}

/** A text that a test accepts. */
export function textOf(kind: { name: string; written: string; test: (text: string) => boolean }): ValueType<string> {
  const { name, written, test } = kind;
  return {
    name,
    written,
    parse: (text) => (test(text) ? right(text) : wrong(`"${text}" is not a ${name}: write ${written}`)),
    format: (value) => value,
  };
}

/** The same type, or empty. */
export function orEmpty(type: ValueType<string>): ValueType<string> {
  return { ...type, parse: (text) => (text === '' ? right(text) : type.parse(text)) };
}

/** Items apart by commas or space, as Postfix writes lists. */
export function list<T>(items: string, item: ValueType<T>): ValueType<readonly T[]> {
  return {
    name: `list of ${items}`,
    written: item.written,
    list: true,
    parse(text) {
      const parsed = text
        .split(/[\s,]+/)
        .filter((word) => word !== '')
        .map((word) => item.parse(word));
      const mistakes = parsed.flatMap((result) => (result.ok ? [] : [result.wrong]));
      // What to write is said once, behind the last.
      if (mistakes.length > 0) return wrong(mistakes.join('; ').replaceAll(`: write ${item.written};`, ';'));
      return right(parsed.flatMap((result) => (result.ok ? [result.value] : [])));
    },
    format: (values) => values.map((value) => item.format(value)).join(', '),
  };
}
