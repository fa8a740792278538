// directory.yaml: the directory as one file that people write, keep in version control and apply. Parsing checks its form
// and reports everything at once (DirectoryFileError); logins are lower case but may lack their realm, which the caller
// fills in with canonicalLogin, since smtpd_sasl_local_domain is a setting.

import { stringify } from 'yaml';
import { z } from 'zod';
import { isLogin, isSenderPattern } from '#shared/domain/directory/account.ts';
import { passwordProblem } from '#shared/domain/sasl/password.ts';
import { didYouMean } from './nearest.ts';
import { FileError, type Problem } from './problems.ts';
import { readYaml } from './yaml-file.ts';

export type DirectoryAccount = {
  /** `user` or `user@realm`, lower case. */
  readonly login: string;
  /** Left out: the account keeps the password that it has. */
  readonly password?: string;
  /** `user@domain`, `@domain` or `*`, lower case. */
  readonly senders: readonly string[];
  readonly disabled: boolean;
};

export type DirectoryFile = { readonly accounts: readonly DirectoryAccount[] };

export class DirectoryFileError extends FileError {
  override name = 'DirectoryFileError';
}

const isLoginOrUser = (text: string): boolean => isLogin(text.includes('@') ? text : `${text}@realm`);

type Context = { readonly input: unknown };
const missingOr = (expected: string) => ({
  error: ({ input }: Context) => (input === undefined ? 'is missing' : expected),
});
const isNot = (expected: string) => ({ error: ({ input }: Context) => `"${String(input)}" is not ${expected}` });

const word = z.string(missingOr('write a text'));

const account = z.strictObject(
  {
    login: word.refine(isLoginOrUser, isNot('user or user@realm')).toLowerCase(),
    password: word
      .superRefine((text, context) => {
        const problem = passwordProblem(text);
        if (problem !== undefined) context.addIssue(problem);
      })
      .exactOptional(),
    senders: z.array(
      word.refine(isSenderPattern, isNot('user@domain, "@domain" or "*"')).toLowerCase(),
      missingOr('write a list, such as [user@example.jp]'),
    ),
    disabled: z.stringbool({ truthy: ['yes', 'true'], falsy: ['no', 'false'], ...isNot('yes or no') }).default(false),
  },
  'each account is a map of login, senders and, if you like, password and disabled',
);

const directory = z.strictObject(
  { accounts: z.array(account, missingOr('write a list; an empty one is []')) },
  'a directory file is a map that begins with `accounts:`',
);

/** The logins of a file that may be wrong otherwise. */
const loginsOnly = z
  .object({ accounts: z.array(z.object({ login: z.string().toLowerCase() }).catch({ login: '' })) })
  .catch({ accounts: [] });

export function parseDirectoryFile(text: string, file: string): DirectoryFile {
  const problems: Problem[] = [];
  const yaml = readYaml(text, problems);
  const parsed = directory.safeParse(yaml?.value);
  if (yaml !== undefined) {
    const issues = [...(parsed.error?.issues.flatMap(asProblems) ?? []), ...repeatedLogins(yaml.value)];
    problems.push(...issues.map(({ path, message }) => ({ line: yaml.lineOf(path), message })));
  }
  if (problems.length > 0 || !parsed.success) throw new DirectoryFileError(file, problems);
  return parsed.data;
}

/** What parseDirectoryFile reads back. */
export function formatDirectoryFile({ accounts }: DirectoryFile): string {
  const written = accounts.map(({ disabled, ...account }) => (disabled ? { ...account, disabled: 'yes' } : account));
  return stringify({ accounts: written }, { lineWidth: 0 });
}

type Mistake = { readonly path: readonly PropertyKey[]; readonly message: string };

function asProblems(issue: z.core.$ZodIssue): Mistake[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(path.length === 0 ? directory.shape : account.shape);
    return issue.keys.map((key) => ({ path: [...path, key], message: `${key} is not a key${didYouMean(key, known)}` }));
  }
  const key = path.findLast((step) => typeof step === 'string');
  return [{ path, message: key === undefined ? message : `${key}: ${message}` }];
}

function repeatedLogins(value: unknown): Mistake[] {
  const logins = loginsOnly.parse(value).accounts.map(({ login }) => login);
  return logins.flatMap((login, i) => {
    const repeated = login !== '' && logins.indexOf(login) < i;
    return repeated ? [{ path: ['accounts', i, 'login'], message: `${login} is in the file already: keep one` }] : [];
  });
}
