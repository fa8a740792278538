// What the definitions of commands share: how one is run, and the options that several have.

import type { Machine, NamedRelay, Output } from '../relay.ts';

export type Tools = {
  /** A command as commander calls it: with the arguments, then the options. */
  run<Args extends unknown[]>(command: (relay: NamedRelay, ...args: Args) => Output): (...args: Args) => Promise<void>;
  /** Of --password-stdin; undefined if it is not given. */
  password(options: PasswordStdin): Promise<string | undefined>;
  readonly machine: Machine;
};

export type Json = { readonly json?: boolean };
export const JSON_LINES = ['--json', 'one JSON object a line, for programs'] as const;

export type PasswordStdin = { readonly passwordStdin?: boolean };
export const PASSWORD_STDIN = ['--password-stdin', 'read the password from standard input'] as const;

export type WholeMessage = { readonly body?: boolean };
export const WHOLE_MESSAGE = ['--body', 'the whole message and nothing else, byte for byte'] as const;
