// What handler-process.ts starts: it imports the bundle that is its argument, says so, and then answers events with what the
// handler answers.

import { pathToFileURL } from 'node:url';

export type Answer = { readonly result: unknown } | { readonly error: string };
type Call = { readonly event: unknown; readonly deadline: number };

const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as {
  handler: (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;
};

const say = (answer: Answer): void => void process.send?.(answer);

async function answer({ event, deadline }: Call): Promise<void> {
  try {
    say({ result: (await handler(event, { getRemainingTimeInMillis: () => deadline - Date.now() })) ?? null });
  } catch (error) {
    say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on('message', (call: Call) => void answer(call));
say({ result: 'ready' });
