// One row of the settings' table (settings.ts): what a setting is, apart from what anybody has set.

import type { ValueType } from './value-types.ts';

export type Setting<T> = {
  readonly type: ValueType<T>;
  /** As one would write it in relay.yaml, references included. */
  readonly default: string;
  /** For people: docs/settings.md. */
  readonly sentence: string;
  /** May be set for one service, as master.cf's -o does. */
  readonly perService: boolean;
  /** Whether the name is one of Postfix's, and then means the same. */
  readonly origin: 'postfix' | 'own';
};

/** A setting that Postfix has. */
export function postfix<T>(type: ValueType<T>, fallback: string, sentence: string): Setting<T> {
  return { type, default: fallback, sentence, perService: false, origin: 'postfix' };
}

/** A setting that only this relay has. */
export function own<T>(type: ValueType<T>, fallback: string, sentence: string): Setting<T> {
  return { ...postfix(type, fallback, sentence), origin: 'own' };
}

export function perService<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, perService: true };
}
