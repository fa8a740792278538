// What waits for the end of this turn of the event loop, behind all that has come in it from any client: written one after the
// other, replies find their clients awake and answering, and each client's answer comes with others'.

let waiting: (() => void)[] = [];

/** Runs `work`, which must not throw, before the event loop looks for more input. */
export function atEndOfTurn(work: () => void): void {
  if (waiting.length === 0) setImmediate(run);
  waiting.push(work);
}

function run(): void {
  const now = waiting;
  waiting = [];
  for (const work of now) work();
}
