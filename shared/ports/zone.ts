// One DNS zone that is ours to change.
//
// Resolves when the zone's name servers answer so. May be repeated: everything. Faults: TemporaryFault when the DNS service does
// not answer, PermanentFault when it refuses.

export interface Zone {
  /** Sets the record's values, whatever it had. `name` without a final dot; `ttl` in seconds. */
  put(name: string, type: 'A' | 'TXT', values: readonly string[], ttl: number): Promise<void>;
  /** Removes the record if it has just these values. */
  remove(name: string, type: 'A' | 'TXT', values: readonly string[], ttl: number): Promise<void>;
}
