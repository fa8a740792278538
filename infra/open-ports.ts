// The ports of the services: what clients connect to, and what the container listens on. The container is not root, so behind a
// load balancer its ports are 1000 above those below 1024; without one they are the same.

import type { Options, ServicePort } from './options.ts';

export type OpenPort = ServicePort & { readonly containerPort: number };

type Chosen = Pick<Options, 'ports' | 'loadBalancer'>;

export const HEALTH_PORT = 8080;

/** Target groups that ECS registers a task with. */
const MOST_TARGET_GROUPS = 5;

/** A service has one port in the container, whatever ports lead to it. */
export function openPorts({ ports, loadBalancer }: Chosen): OpenPort[] {
  return ports.map(({ service, port }) => {
    const first = ports.find((other) => other.service === service)?.port ?? port;
    return { service, port, containerPort: loadBalancer && first < 1024 ? first + 1000 : first };
  });
}

export function portProblems(chosen: Chosen): string[] {
  const { ports, loadBalancer } = chosen;
  if (ports.length === 0) return ['ports: no service is open; write at least submission=587'];
  const problems: string[] = [];
  const open = openPorts(chosen);
  if (loadBalancer && new Set(open.map(({ service }) => service)).size > MOST_TARGET_GROUPS)
    problems.push(`ports: AWS takes ${MOST_TARGET_GROUPS} services of one task; close some`);
  for (const [i, { service, port, containerPort }] of open.entries()) {
    const before = open.slice(0, i);
    if (before.some((other) => other.port === port)) {
      problems.push(`ports: ${port} stands there twice; give each service a port of its own`);
    } else if (!loadBalancer && before.some((other) => other.service === service)) {
      problems.push(`ports: ${service} has several; without a load balancer a service has one`);
    } else if (before.some((other) => other.service !== service && other.containerPort === containerPort)) {
      problems.push(
        `ports: ${service}=${port} would be ${containerPort} in the container, as another is; choose another`,
      );
    }
    if (containerPort === HEALTH_PORT) problems.push(`ports: ${service}: ${HEALTH_PORT} is for health; choose another`);
  }
  return problems;
}

/** As SERVICES says it: `submission=1587,smtps=1465`. */
export function servicePorts(open: readonly OpenPort[]): string {
  return [...new Set(open.map(({ service, containerPort }) => `${service}=${containerPort}`))].join(',');
}
