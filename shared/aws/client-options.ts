// How every AWS client of this project calls: a connection that does not come within a second, or an answer that does not come
// within the call's time, is a failure, and the SDK tries again, three times in all. Who needs more than that has a queue to wait in.
// Region, credentials and endpoint come from the environment, unless a test says otherwise.

export type Caller = {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

const ATTEMPTS = 3;
/** Milliseconds. AWS is near. */
const CONNECTION_TIMEOUT = 1000;
/**
 * Calls of a client at once. The time for the connection runs while a call waits for a free one too, so the SDK's own limit of 50
 * makes failures of a burst. What bounds the calls is the caps of who calls: sessions, messages in transit, deliveries.
 */
const CONNECTIONS = 2000;

const say = (): void => {};
/** The SDK writes to the console where it has none (a failed stream, for one). What fails is told by faults. */
const SILENT = { debug: say, info: say, warn: say, error: say };

/** `requestTimeout`: milliseconds for one attempt. */
export function clientOptions(requestTimeout: number, caller: Caller = {}, maxAttempts = ATTEMPTS) {
  const agent = { maxSockets: CONNECTIONS };
  return {
    ...caller,
    maxAttempts,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
