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

const say = (): void => {};
/** The SDK writes to the console where it has none (a failed stream, for one). What fails is told by faults. */
const SILENT = { debug: say, info: say, warn: say, error: say };

/** `requestTimeout`: milliseconds for one attempt. */
export function clientOptions(requestTimeout: number, caller: Caller = {}, maxAttempts = ATTEMPTS) {
  return {
    ...caller,
    maxAttempts,
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, requestTimeout, throwOnRequestTimeout: true },
  };
}
