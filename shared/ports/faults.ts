// What an adapter raises when the thing behind a port fails: the only exceptions that cross a port.
// Expected results (no such account, a lease that was lost) are values, never faults. Whoever catches one decides by its
// class alone; nobody outside an adapter looks at the cause's name. What is neither class is unknown, and unknown is temporary.

/** May pass by itself: a store that does not answer, a full disk, a throttled call. Mail waits and is tried again. */
export class TemporaryFault extends Error {
  override name = 'TemporaryFault';
}

/** Will not pass until somebody changes something: a missing bucket, a refused permission. Mail is kept and an alarm is raised. */
export class PermanentFault extends Error {
  override name = 'PermanentFault';
}
