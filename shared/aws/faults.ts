// An AWS SDK's error as one of the two faults that may cross a port. Nobody outside shared/aws looks at an SDK error's name.
// What somebody must change first is permanent: a refused permission, a missing resource, a request that the service does not
// understand. All else may pass by itself: no answer, a throttled call, a service in trouble, and whatever is unknown.

import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';

/** Error names of every service that this project calls, from the services' own models. */
const PERMANENT = new Set([
  // Refused.
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'KMSAccessDeniedException',
  'KmsAccessDenied',
  // Missing.
  'NoSuchBucket',
  'NoSuchHostedZone',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'ResourceNotFoundException',
  'KMSNotFoundException',
  'KmsNotFound',
  // Not understood.
  'InvalidArgument',
  'InvalidInput',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InvalidRequestContentException',
  'ValidationError',
  'ValidationException',
]);

/** `what` says in the fault's message what could not be done: `the queue could not be read`. A fault stays as it is. */
export function toFault(error: unknown, what: string): TemporaryFault | PermanentFault {
  if (error instanceof TemporaryFault || error instanceof PermanentFault) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const text = `${what}: ${name}: ${message}`;
  return PERMANENT.has(name) ? new PermanentFault(text, { cause: error }) : new TemporaryFault(text, { cause: error });
}
