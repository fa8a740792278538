// Every restriction that the smtpd_*_restrictions lists may name. The words and their meaning are Postfix's
// (postconf(5), access(5)); `hold` is what access(5) calls HOLD, usable as a word of a list. Lower case, as there.

export const RESTRICTION_NAMES = [
  'permit',
  'reject',
  'hold',
  'permit_mynetworks',
  'permit_sasl_authenticated',
  'reject_unauth_destination',
  'reject_sender_login_mismatch',
] as const;

export type RestrictionName = (typeof RESTRICTION_NAMES)[number];
