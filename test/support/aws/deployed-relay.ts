// All programs of a relay, running on a deployment's stand-ins as AWS would run them: the listener as a process, the others under
// AWS's runtime client, called by the stand-ins for Lambda's Invoke and for the event source of the doorbell, and by a clock.
// Requires requires({ lambdaRuntime: true }). All of it ends behind the test.

import type { TestContext } from 'node:test';
import type { SQSBatchResponse } from 'aws-lambda';
import type { Variable } from '#shared/config/environment.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { DELIVER_TIMEOUT, POLICY_TIMEOUT, QMGR_TIMEOUT } from '#shared/config/timing.ts';
import { type Deployment, type Environment, startDeployment } from './deployment.ts';
import { startEventSource } from './event-source.ts';
import { scheduledEvent } from './lambda-events.ts';
import { type LambdaFunction, startFunction } from './lambda-runtime.ts';
import { type ListenerProcess, startListener } from './listener-process.ts';

/** Seconds, in the order of shared/config/timing.ts: a lease, then the doorbell's visibility. */
const LEASE = 3;
const VISIBILITY = 5;
/** Milliseconds between two runs of qmgr. */
const QMGR_PAUSE = 2000;

const TIMEOUTS = { policy: POLICY_TIMEOUT, deliver: DELIVER_TIMEOUT, qmgr: QMGR_TIMEOUT };

/** Of its metrics: the stack's name, where there is one. */
export const NAMESPACE = 'relay';
/** For NODE_OPTIONS: its clock is before that of others. */
export const A_DAY_LATER = '--import=data:text/javascript,const{now}=Date;Date.now=()=>now()+25*36e5';

export type DeployedRelay = Deployment & {
  /** The one that was started last. */
  readonly listener: ListenerProcess;
  readonly deliver: LambdaFunction;
  /** Starts a listener on the ports of the one before it, which must have ended. */
  restartListener(): Promise<void>;
  /** Rings are heard or, until they are heard again, wait. */
  hearRings(): void;
  ignoreRings(): Promise<void>;
  /** What qmgr does when more than a day has passed: it rings for what is due, and sweeps. */
  runQmgrADayLater(): Promise<void>;
  /** What all programs have written on standard output. */
  lines(): string[];
};

/** `settings`: relay.yaml. */
export async function startDeployedRelay(t: TestContext, settings: string): Promise<DeployedRelay> {
  // What calls ends before what is called.
  const running = new AsyncDisposableStack();
  t.after(() => running.disposeAsync());
  const deployment = await startDeployment(t, {
    configuration: loadSettings({ text: settings, file: 'relay.yaml' }, { hostname: 'localhost' }),
    doorbell: { VisibilityTimeout: String(VISIBILITY) },
    functions: { policy: (request) => policy.invoke(request) },
  });
  const { stores, variables, callerOf, bundle } = deployment;

  const told: Environment & Readonly<Partial<Record<Variable, string>>> = {
    ...variables,
    POLICY_FUNCTION: 'policy',
    DELIVER_LEASE: String(LEASE),
    METRICS_NAMESPACE: NAMESPACE,
    METRICS_LEVEL: 'scale',
  };
  async function startLambda(name: keyof typeof TIMEOUTS, more: Environment = {}): Promise<LambdaFunction> {
    const env = { ...callerOf(name), ...told, ...more };
    const started = await startFunction({ bundle: bundle(name), env, timeout: TIMEOUTS[name] });
    running.defer(() => started.close());
    return started;
  }
  const policy = await startLambda('policy');
  const deliver = await startLambda('deliver');
  const qmgr = await startLambda('qmgr');
  const qmgrADayLater = await startLambda('qmgr', { NODE_OPTIONS: A_DAY_LATER });

  const listeners: ListenerProcess[] = [];
  async function startOnPorts(ports?: ListenerProcess['ports']): Promise<ListenerProcess> {
    const env = { ...callerOf('listener'), ...told };
    const listener = await startListener(t, { bundle: bundle('listener'), env, ...(ports && { ports }) });
    listeners.push(listener);
    return listener;
  }
  let listener = await startOnPorts();

  const hear = () =>
    startEventSource({
      caller: stores.s3AndSqs.caller,
      url: stores.env['DOORBELL_URL'] ?? '',
      invoke: async (event) => (await deliver.invoke(event)) as SQSBatchResponse,
    });
  let eventSource: ReturnType<typeof hear> | undefined = hear();
  running.defer(() => eventSource?.stop());

  const clock = setInterval(() => void qmgr.invoke(scheduledEvent('2026-11-24T12:01:00Z')).catch(() => {}), QMGR_PAUSE);
  running.defer(() => clearInterval(clock));

  return {
    ...deployment,
    deliver,
    get listener() {
      return listener;
    },
    async restartListener() {
      listener = await startOnPorts(listener.ports);
    },
    hearRings() {
      eventSource ??= hear();
    },
    async ignoreRings() {
      await eventSource?.stop();
      eventSource = undefined;
    },
    async runQmgrADayLater() {
      await qmgrADayLater.invoke(scheduledEvent('2026-11-25T13:00:00Z'));
    },
    lines: () => [...listeners, policy, deliver, qmgr, qmgrADayLater].flatMap(({ lines }) => lines),
  };
}
