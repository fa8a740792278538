// What the listener's container is, where its image (functions/listener/Dockerfile) and its task definition must agree.

/** The one folder that can be written to: a volume of the task. */
export const SCRATCH_FOLDER = '/scratch';

/** The image's USER: the node image's own. */
export const CONTAINER_USER = '1000';

/**
 * Exit status 0 while the listener takes connections. The image's health check; ECS reads that of the task definition alone, behind
 * `CMD`.
 */
export const HEALTH_COMMAND: readonly string[] = [
  'node',
  '-e',
  "require('http').get({port:process.env.HEALTH_PORT},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))",
];
