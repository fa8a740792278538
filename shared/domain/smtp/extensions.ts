// What EHLO announces, in Postfix's order. An extension is announced only where it can be used now.

import { announced, type MechanismName } from '../sasl/mechanisms.ts';
import type { EHLO_KEYWORDS } from './ehlo-keywords.ts';
import type { Session } from './session.ts';
import { XCLIENT_KEYWORD } from './verbs/xclient.ts';
import { XFORWARD_KEYWORD } from './verbs/xforward.ts';

export function extensions(session: Session): string[] {
  const { settings, tls } = session;
  const keywords = ['PIPELINING', `SIZE ${settings.message_size_limit}`]; // RFC 2920, RFC 1870
  if (!settings.disable_vrfy_command) keywords.push('VRFY');
  if (settings.smtpd_tls_security_level !== 'none' && !tls) keywords.push('STARTTLS'); // RFC 3207
  if (mayLogIn(session)) {
    const mechanisms = mechanismsOf(session).join(' ');
    if (mechanisms !== '') {
      keywords.push(`AUTH ${mechanisms}`); // RFC 4954
      if (settings.broken_sasl_auth_clients) keywords.push(`AUTH=${mechanisms}`);
    }
  }
  if (session.mayXclient) keywords.push(XCLIENT_KEYWORD);
  if (session.mayXforward) keywords.push(XFORWARD_KEYWORD);
  keywords.push('ENHANCEDSTATUSCODES', '8BITMIME', 'DSN', 'CHUNKING'); // RFC 2034, RFC 6152, RFC 3461, RFC 3030
  keywords.push(`LIMITS RCPTMAX=${settings.smtpd_recipient_limit}`); // RFC 9422
  const discarded = settings.smtpd_discard_ehlo_keywords;
  return discarded.length === 0 ? keywords : keywords.filter((keyword) => !discarded.includes(nameOf(keyword)));
}

function nameOf(keyword: string): string {
  return keyword.replace(/[ =].*$/, '');
}

/** Whether smtpd_discard_ehlo_keywords takes an extension away. */
export function isDiscarded(session: Session, keyword: (typeof EHLO_KEYWORDS)[number]): boolean {
  return session.settings.smtpd_discard_ehlo_keywords.includes(keyword);
}

/** Whether AUTH is open to the client: enabled, and under TLS where smtpd_tls_auth_only wants it. */
function mayLogIn(session: Session): boolean {
  return session.settings.smtpd_sasl_auth_enable && (session.tls || !session.settings.smtpd_tls_auth_only);
}

/** The mechanisms that the client may use now, in the configured order. */
export function mechanismsOf(session: Session): readonly MechanismName[] {
  const { settings, tls } = session;
  const options = tls ? settings.smtpd_sasl_tls_security_options : settings.smtpd_sasl_security_options;
  return announced(settings.smtpd_sasl_mechanism_list, options, tls);
}
