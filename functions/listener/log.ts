// The shape of the log that the listener writes to: pino's.

export type Log = {
  debug(event: object, message: string): void;
  info(event: object, message: string): void;
  warn(event: object, message: string): void;
  error(event: object, message: string): void;
};
