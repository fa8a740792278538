// Runs a bundle as Lambda does: processes under AWS's own runtime client, which ask a local Runtime API for events. A process has
// one event at a time; events at once have a process each, up to a limit. After a crash the next event gets a new process; one
// that has not answered in time is killed. Its native part must be built: requires({ lambdaRuntime: true }).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FunctionError, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

const RUNTIME_CLIENT = fileURLToPath(import.meta.resolve('aws-lambda-ric'));

export type LambdaOptions = {
  /** The bundle's folder, whose `index.mjs` exports `handler`. */
  readonly bundle: string;
  /** The function's environment; of the machine's it has PATH alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds that one event may take. */
  readonly timeout?: number;
  /** Processes at once; further events wait. */
  readonly concurrency?: number;
};

export type LambdaFunction = {
  /** The answer, as JSON has left it. Rejects with FunctionError: what the handler threw, or `Runtime.ExitError`, or a time-out. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends its processes so, whatever they do. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Of the process that was started last. */
  readonly pid: number;
  /** Milliseconds from that process's start until it was ready for its first event. */
  readonly initMs: number;
  /** Processes started so far. */
  readonly starts: number;
  /** The lines of all its processes on standard output: log and metrics. */
  readonly lines: readonly string[];
  close(): Promise<void>;
};

type Environment = {
  readonly api: RuntimeApi;
  readonly child: ChildProcess;
  readonly exit: Promise<unknown>;
  readonly initMs: number;
};

/** Resolves when a first process is ready. Rejects with FunctionError if its start fails. */
export async function startFunction(options: LambdaOptions): Promise<LambdaFunction> {
  const { timeout = 30, concurrency = 4 } = options;
  const lines: string[] = [];
  const environments = new Set<Environment>();
  const idle: Environment[] = [];
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let starts = 0;
  let last: Environment;

  const isFull = (): boolean => underWay >= concurrency;

  async function start(): Promise<Environment> {
    starts += 1;
    const environment = await startEnvironment(options, lines);
    environments.add(environment);
    void environment.exit.then(() => {
      environments.delete(environment);
      if (idle.includes(environment)) idle.splice(idle.indexOf(environment), 1);
    });
    last = environment;
    return environment;
  }

  async function invoke(event: unknown): Promise<unknown> {
    while (isFull()) await new Promise<void>((resolve) => waiting.push(resolve));
    underWay += 1;
    try {
      const environment = idle.pop() ?? (await start());
      try {
        return await answerOf(environment, event, timeout);
      } finally {
        if (isAlive(environment)) idle.push(environment);
      }
    } finally {
      underWay -= 1;
      waiting.shift()?.();
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const all = [...environments];
    for (const { child } of all) child.kill(signal);
    await Promise.all(all.map(({ exit }) => exit));
  }

  last = await start();
  idle.push(last);
  return {
    invoke,
    kill,
    get pid() {
      return last.child.pid ?? 0;
    },
    get initMs() {
      return last.initMs;
    },
    get starts() {
      return starts;
    },
    lines,
    close: () => kill('SIGKILL'),
  };
}

async function answerOf({ api, child }: Environment, event: unknown, timeout: number): Promise<unknown> {
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    api.fail(new FunctionError('Sandbox.Timedout', `Task timed out after ${timeout} seconds`));
  }, timeout * 1000);
  try {
    return await api.invoke(event, Date.now() + timeout * 1000);
  } finally {
    clearTimeout(timer);
  }
}

function isAlive({ child }: Environment): boolean {
  return child.exitCode === null && child.signalCode === null && !child.killed;
}

async function startEnvironment({ bundle, env = {} }: LambdaOptions, lines: string[]): Promise<Environment> {
  const api = await startRuntimeApi();
  const begun = performance.now();
  const child = spawn(process.execPath, [RUNTIME_CLIENT, 'index.handler'], {
    cwd: bundle,
    env: {
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'local',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/local',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      LAMBDA_TASK_ROOT: bundle,
      _HANDLER: 'index.handler',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
  collectLines(child, lines);
  const exit = once(child, 'exit').then(async ([status, signal]) => {
    const how = signal === null ? `exit status ${status}` : String(signal);
    api.fail(new FunctionError('Runtime.ExitError', `the process ended with ${how}: ${trouble}`));
    await api.close();
  });
  try {
    await api.initialized;
    return { api, child, exit, initMs: performance.now() - begun };
  } catch (error) {
    child.kill('SIGKILL');
    await exit;
    throw error;
  }
}

function collectLines({ stdout }: ChildProcess, lines: string[]): void {
  let rest = '';
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    const [...whole] = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    lines.push(...whole);
  });
}
