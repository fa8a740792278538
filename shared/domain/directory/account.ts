// An account of the directory: who may log in, and as whom it may send. Its passwords lie with the credentials, not here.

export type Account = {
  /** `user@realm`, lower case. */
  readonly login: string;
  /** The addresses it owns: `user@domain`, `@domain` for a whole domain, `*` for any address. Lower case. */
  readonly senders: readonly string[];
  readonly disabled: boolean;
  /** Milliseconds since the epoch. */
  readonly created: number;
};

/** The full login of what a client typed: smtpd_sasl_local_domain is filled in where the realm was left out. */
export function canonicalLogin(login: string, localDomain: string): string {
  const lower = login.toLowerCase();
  return lower.includes('@') || localDomain === '' ? lower : `${lower}@${localDomain.toLowerCase()}`;
}

/** What an unquoted local part may hold (RFC 5321 §4.1.2, Dot-string), without regard to where its dots are. */
const LOCAL_PART = "[a-z0-9.!#$%&'*+/=?^_`{|}~-]+";
const DOMAIN = '[a-z0-9_-]+(\\.[a-z0-9_-]+)*';
const LOGIN = new RegExp(`^${LOCAL_PART}@${DOMAIN}$`, 'i');
const SENDER = new RegExp(`^(\\*|(${LOCAL_PART})?@${DOMAIN})$`, 'i');

/** Whether a login is whole: `user@realm`. */
export function isLogin(text: string): boolean {
  return LOGIN.test(text);
}

/** `user@domain`, `@domain` or `*`. */
export function isSenderPattern(text: string): boolean {
  return SENDER.test(text);
}
