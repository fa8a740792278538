// One client's side of a session, played with the listener in memory: what was said to it and what was stored, with the words in
// it that no two sessions share taken out, so that two plays of one session can be compared.

import type { Settings } from '#shared/config/settings.ts';
import { MemoryListener, type StoredMessage } from '../support/memory-listener.ts';

export type Script = {
  readonly settings: Partial<Settings>;
  /** What is sent without waiting for an answer; behind each the client waits. latin1. */
  readonly turns: readonly string[];
};

export type Played = {
  /** What was said behind each turn. */
  readonly said: readonly string[];
  readonly messages: readonly StoredMessage[];
  readonly closed: boolean;
};

/** A turn in packets; between two of them the relay comes to rest, or has no time to. */
export type Split = (turn: string, i: number) => { readonly packets: readonly string[]; readonly resting: boolean };

export const whole: Split = (turn) => ({ packets: [turn], resting: false });

export async function play({ settings, turns }: Script, split: Split = whole): Promise<Played> {
  const listener = new MemoryListener(settings);
  const client = await listener.client();
  const said: string[] = [];
  for (const [i, turn] of turns.entries()) {
    const { packets, resting } = split(turn, i);
    let answer = '';
    if (resting) for (const packet of packets) answer += await client.send(packet);
    else answer = await client.send(...packets);
    said.push(withoutChance(answer));
  }
  const { closed } = client;
  client.vanish();
  return { said, messages: listener.messages, closed };
}

/** Queue ids, and the challenges of SASL. */
function withoutChance(said: string): string {
  return said.replace(/(?<= queued as )\S+/g, 'ID').replace(/^334 \S+/gm, '334 CHALLENGE');
}
