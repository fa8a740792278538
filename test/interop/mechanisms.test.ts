// Every mechanism that a client speaks, on both ports, against a relay that announces all it can.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { requires } from '../support/requires.ts';
import { clientsTable } from './support/clients-table.ts';
import { MAIL_CLIENTS } from './support/mail-clients.ts';
import { startMemoRelay } from './support/memo-relay.ts';
import { delivered, outboxSize } from './support/message.ts';

const SERVICES = { STARTTLS: 'submission', TLS: 'smtps' } as const;

for (const client of MAIL_CLIENTS) {
  suite(client.name, { skip: requires(client.needs) }, () => {
    test(`${client.loginOnly === true ? 'logs in' : 'sends'} with ${client.mechanisms.join(', ')}`, async (t) => {
      const relay = await startMemoRelay(t, 'default');
      const send = await client.start(t);
      for (const wrapping of client.wrappings) {
        for (const mechanism of client.mechanisms) {
          await t.test(`${mechanism} over ${wrapping}`, async () => {
            const seen = relay.log().length;
            const before = await outboxSize(relay);
            await send({ port: relay.port(SERVICES[wrapping]), wrapping, mechanism });
            const used = await eventually(
              'the login in the log',
              () => /"event":"login".*"mechanism":"([^"]+)"/.exec(relay.log().slice(seen))?.[1],
            );
            assert.equal(used, mechanism);
            if (client.loginOnly !== true) await delivered(relay, before + 1);
          });
        }
      }
    });
  });
}

test('docs/clients.md shows the clients and mechanisms that are tested here', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/clients.md'), 'utf8');
  assert.ok(page.includes(clientsTable()), `the table should be:\n${clientsTable()}`);
});
