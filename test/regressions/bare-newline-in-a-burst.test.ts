// Where a bare newline is refused, the one that ended a RCPT amid a burst was answered before the recipients ahead of it: the
// session waited for that line to join their burst.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryListener } from '../support/memory-listener.ts';

test('a RCPT that ends in a bare newline is refused behind the answers to those before it', async () => {
  const client = await new MemoryListener({ smtpd_forbid_bare_newline: 'reject' }).client();
  await client.send('EHLO home\r\n');
  const said = await client.send('MAIL FROM:<a@example.jp>\r\nRCPT TO:<b@example.net>\r\nRCPT TO:<c@example.net>\n');
  assert.deepEqual(said.match(/^\d{3}/gm), ['250', '250', '550']);
  client.vanish();
});
