// The log: one JSON line an event (pino's shape). No body and no password goes in; addresses only where log_addresses asks
// for them. Never fails its caller.

export interface Log {
  debug(event: object, message: string): void;
  info(event: object, message: string): void;
  warn(event: object, message: string): void;
  error(event: object, message: string): void;
}
