// The keywords that EHLO may announce: what smtpd_discard_ehlo_keywords can name.

export const EHLO_KEYWORDS = [
  'PIPELINING',
  'SIZE',
  'VRFY',
  'STARTTLS',
  'AUTH',
  'XCLIENT',
  'XFORWARD',
  'ENHANCEDSTATUSCODES',
  '8BITMIME',
  'DSN',
  'CHUNKING',
  'LIMITS',
] as const;
