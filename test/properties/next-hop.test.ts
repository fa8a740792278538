import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSmtpTransport } from '#functions/deliver/smtp-transport.ts';
import { Listener } from '#functions/listener/server.ts';
import { bodyOf } from '../support/body.ts';
import { entryOf } from '../support/entry.ts';
import { MemoryListener } from '../support/memory-listener.ts';

const RECIPIENT = 'friend@example.net';

test('what a relay has stored reaches the next relay octet by octet, wherever its dots stand and however it is read', async (t) => {
  const { context, messages } = new MemoryListener({ smtpd_tls_security_level: 'none' });
  const listener = new Listener(context);
  t.after(() => listener.close(0));
  const port = await listener.open({ service: 'submission', host: '127.0.0.1', port: 0 });
  const transport = createSmtpTransport(
    {
      relayhost: `[127.0.0.1]:${port}`,
      smtp_helo_name: 'relay.example.jp',
      smtp_tls_security_level: 'none',
      smtp_connect_timeout: 10_000,
    },
    async () => undefined,
  );
  t.after(() => transport.close());

  const line = fc.array(fc.constantFrom('.', '..', 'a', ' ', '\0', '\xe9', 'QUIT'), { maxLength: 4 });
  const content = fc
    .array(line, { minLength: 1, maxLength: 8 })
    .map((lines) => lines.map((text) => `${text.join('')}\r\n`).join(''));
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 20 }), async (text, piece) => {
      messages.length = 0;
      const outcomes = await transport.deliver(entryOf(), [RECIPIENT], bodyOf(text, piece));
      assert.deepEqual(
        outcomes.map(({ kind }) => kind),
        ['delivered'],
      );
      assert.deepEqual(
        messages.map((message) => message.content),
        [text],
      );
    }),
    { numRuns: 200 },
  );
});
