// The transports for whoever has claimed an entry already, as a ring's deliver has, and so cannot let it lie while a transport is
// left alone (hold-off.ts): a short pause, such as after a throttled call, is waited for, and through a long one the entry is
// deferred without a call, as Postfix does ("delivery temporarily suspended").

import { setTimeout as pause } from 'node:timers/promises';
import type { Transport } from '#shared/ports/transport.ts';
import type { HoldOff, HoldOffs } from './hold-off.ts';

/** Milliseconds. */
const PATIENCE = 5 * 1000;

export type Transports = Readonly<Record<string, Transport>>;

export function patientTransports(transports: Transports, holdOffs: HoldOffs, now: () => number): Transports {
  const entries = Object.entries(transports).map(([name, transport]): [string, Transport] => {
    const holdOff = holdOffs.get(name);
    return [name, holdOff === undefined ? transport : patient(transport, holdOff, now)];
  });
  return Object.fromEntries(entries);
}

function patient(transport: Transport, holdOff: HoldOff, now: () => number): Transport {
  return {
    name: transport.name,
    async deliver(entry, recipients, body, signal) {
      const wait = holdOff.until - now();
      if (wait > PATIENCE) {
        const reason = `delivery temporarily suspended: ${transport.name} was in trouble`;
        return recipients.map(() => ({ kind: 'deferred', status: '4.3.0', reason, scope: 'transport' }));
      }
      if (wait > 0) await pause(wait, undefined, signal && { signal });
      return transport.deliver(entry, recipients, body, signal);
    },
    close: () => transport.close(),
  };
}
