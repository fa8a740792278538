// The words of `relayctl outbox …`.

import type { Command } from 'commander';
import { outboxList, outboxShow } from '../commands/outbox.ts';
import { type Json, JSON_LINES, type Tools, WHOLE_MESSAGE, type WholeMessage } from './tools.ts';

export function defineOutbox(program: Command, { run }: Tools): void {
  const outbox = program
    .command('outbox')
    .description('what default_transport = capture kept in place of delivering it');
  outbox
    .command('list')
    .description('all captured messages')
    .option(...JSON_LINES)
    .action(run((relay, { json = false }: Json) => outboxList(relay.outbox, { json })));
  outbox
    .command('show')
    .description("a captured message's envelope and header section")
    .argument('<name>', 'its file name in the Maildir, or its queue id')
    .option(...WHOLE_MESSAGE)
    .action(run((relay, name: string, { body = false }: WholeMessage) => outboxShow(relay.outbox, name, { body })));
}
