// The words of `relayctl queue …`.

import type { Command } from 'commander';
import {
  queueDelete,
  queueDeleteAll,
  queueFlush,
  queueHold,
  queueList,
  queueRelease,
  queueShow,
} from '../commands/queue.ts';
import { type Json, type Tools, WHOLE_MESSAGE, type WholeMessage } from './tools.ts';

export function defineQueue(program: Command, { run, machine }: Tools): void {
  const queue = program.command('queue').description('what is accepted and not yet delivered');
  queue
    .command('list')
    .description('as postqueue -p; behind a queue id: ! on hold, # given up, ? its body is missing')
    .option('--json', 'one JSON object a line, as postqueue -j')
    .action(run((relay, { json = false }: Json) => queueList(relay.queue, { json })));
  queue
    .command('show')
    .description("a message's envelope, state and header section")
    .argument('<id>', 'queue id')
    .option(...WHOLE_MESSAGE)
    .action(
      run((relay, id: string, { body = false }: WholeMessage) => queueShow(relay.queue, relay.spool, id, { body })),
    );
  queue
    .command('delete')
    .description('forget messages for good, without a bounce')
    .argument('[id...]', 'queue ids')
    .option('--all', 'every message in the queue')
    .action(
      run((relay, ids: string[], { all = false }: { all?: boolean }) =>
        all ? queueDeleteAll(relay.queue) : queueDelete(relay.queue, ids),
      ),
    )
    .hook('preAction', (command) => {
      const { all = false } = command.opts<{ all?: boolean }>();
      if (all === command.args.length > 0) command.error('error: delete takes either queue ids or --all');
    });
  queue
    .command('flush')
    .description('try delivery now, of messages that were given up too')
    .argument('[id...]', 'queue ids (default: every message that is not on hold)')
    .action(run((relay, ids: string[]) => queueFlush(relay.queue, ids, machine.now())));
  queue
    .command('hold')
    .description('try no delivery until they are released')
    .argument('<id...>', 'queue ids')
    .action(run((relay, ids: string[]) => queueHold(relay.queue, ids)));
  queue
    .command('release')
    .description('end a hold, and try delivery now')
    .argument('<id...>', 'queue ids')
    .action(run((relay, ids: string[]) => queueRelease(relay.queue, ids, machine.now())));
}
