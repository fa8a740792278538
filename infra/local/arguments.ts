// The command line of `npm start`. What is wrong with it is reported at once, and nothing is started.

import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { parseServicePorts, type ServicePorts, ServicePortsError } from '#shared/config/service-ports.ts';

export type Arguments = {
  readonly data: string;
  readonly settings: string | undefined;
  readonly directory: string | undefined;
  /** The address that every service listens on. */
  readonly listen: string;
  /** By service, `console` among them. A service that is not named stays closed. */
  readonly ports: ServicePorts;
};

export class UsageError extends Error {
  override name = 'UsageError';
}

const DEFAULT_PORTS = 'submission=1587,smtps=1465,console=8025';

export const USAGE = `usage: npm start -- [--data DIR] [--settings relay.yaml] [--directory directory.yaml]
                    [--listen ADDRESS] [--ports smtp=PORT,submission=PORT,smtps=PORT,console=PORT]

  --data DIR         what the relay keeps: queue, accounts, outbox, certificate (./data)
  --settings FILE    settings, named as in Postfix; docs/settings.md lists them
  --directory FILE   accounts to add or change before starting
  --listen ADDRESS   the address to listen on (127.0.0.1)
  --ports LIST       the services to open (${DEFAULT_PORTS}); 0 takes a free port`;

export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const { listen } = values;
  if (isIP(listen) === 0) throw new UsageError(`--listen ${listen}: write an IP address, such as 127.0.0.1 or 0.0.0.0`);
  return {
    data: values.data,
    settings: values.settings,
    directory: values.directory,
    listen,
    ports: parsePorts(values.ports),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: 'data' },
        settings: { type: 'string' },
        directory: { type: 'string' },
        listen: { type: 'string', default: '127.0.0.1' },
        ports: { type: 'string', default: DEFAULT_PORTS },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parsePorts(text: string): ServicePorts {
  try {
    return parseServicePorts(text);
  } catch (error) {
    throw error instanceof ServicePortsError ? new UsageError(`--ports: ${error.message}`) : error;
  }
}
