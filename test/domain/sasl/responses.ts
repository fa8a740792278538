// What a client may send, for properties.

import fc from 'fast-check';

/** A user name or a password that every mechanism can carry. */
export const fieldText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 255 })
  .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 255);

/** Any bytes, with those that mean something to a mechanism more often than chance would have them. */
export const anyResponse = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('\0', ' ', 'tim', '0123456789abcdef', 'é')), {
    maxLength: 12,
  })
  .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
