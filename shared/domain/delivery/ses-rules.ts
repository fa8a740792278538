// What Amazon SES wants of a header section, and what a client must not tell it. The body is never looked at.
//
// Removed: signatures that SES breaks, since it rewrites Date and Message-ID and refuses two of them; blind recipients; the
// return path, which is the envelope's; and X-SES-*, which would pick configuration sets and identities past our settings.
// SES refuses a message that repeats one of its once-only fields. A repeat goes where that loses nothing; where it would change
// what the message says, the message is refused here, with the field's name.
// https://docs.aws.amazon.com/ses/latest/dg/header-fields.html

import { fieldValue, headerBytes, headerFields, type HeaderField } from './header-fields.ts';

const REMOVED = words('dkim-signature domainkey-signature bcc resent-bcc return-path');
const REMOVED_PREFIX = 'x-ses-';

/** SES refuses these without a value, and takes a message that lacks them. */
const NEVER_EMPTY = words('to cc');

/** Two different values would leave it to chance who speaks, about what, or how the body reads. */
const MEANING = words('from sender reply-to subject mime-version content-type content-transfer-encoding');

/** SES's own list. */
const ONCE = words(`
  from sender reply-to subject mime-version content-type content-transfer-encoding date message-id in-reply-to references
  accept-language acceptlanguage archived-at auto-submitted bounces-to comments content-alternative content-base content-class
  content-description content-disposition content-duration content-id content-language content-length content-location
  content-md5 delivered-to disposition-notification-options disposition-notification-to errors-to importance keywords
  list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe list-unsubscribe-post message-context
  organization original-from original-message-id original-recipient original-subject precedence priority return-receipt-to
  sensitivity solicitation thread-index thread-topic user-agent vbr-info
`);

export type SesHeader =
  /** The header section to send. */
  | { readonly kind: 'fit'; readonly section: Buffer }
  /** SES would refuse it. */
  | { readonly kind: 'unfit'; readonly reason: string };

export function sesHeader(section: Buffer): SesHeader {
  const kept: HeaderField[] = [];
  const first = new Map<string, string>();
  for (const field of headerFields(section)) {
    if (isRemoved(field)) continue;
    if (ONCE.has(field.name)) {
      const before = first.get(field.name);
      const value = fieldValue(field);
      if (before === undefined) first.set(field.name, value);
      else if (before !== value && MEANING.has(field.name)) {
        return { kind: 'unfit', reason: `the header has more than one ${field.name} field, and they differ` };
      } else continue;
    }
    kept.push(field);
  }
  return { kind: 'fit', section: headerBytes(kept) };
}

function isRemoved(field: HeaderField): boolean {
  if (REMOVED.has(field.name) || field.name.startsWith(REMOVED_PREFIX)) return true;
  return NEVER_EMPTY.has(field.name) && fieldValue(field) === '';
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
