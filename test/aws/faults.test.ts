import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFault } from '#shared/aws/faults.ts';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';

const WHAT = 'the queue cannot be read';

function sdkError(name: string): Error {
  return Object.assign(new Error('says the service'), { name });
}

test('what somebody must change first is permanent', () => {
  for (const name of [
    'AccessDeniedException',
    'UnrecognizedClientException',
    'NoSuchBucket',
    'QueueDoesNotExist',
    'ResourceNotFoundException',
    'ValidationException',
  ]) {
    const cause = sdkError(name);
    const fault = toFault(cause, WHAT);
    assert.ok(fault instanceof PermanentFault, name);
    assert.equal(fault.message, `${WHAT}: ${name}: says the service`);
    assert.equal(fault.cause, cause);
  }
});

test('what may pass by itself, and whatever is unknown, is temporary', () => {
  for (const name of [
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'InternalServerError',
    'ServiceUnavailable',
    'TimeoutError',
    'ECONNREFUSED',
    'ExpiredTokenException',
    'SomethingNew',
  ]) {
    assert.ok(toFault(sdkError(name), WHAT) instanceof TemporaryFault, name);
  }
  assert.ok(toFault('no error at all', WHAT) instanceof TemporaryFault);
});

test('a fault stays the fault that it is', () => {
  const fault = new PermanentFault('the record is damaged');
  assert.equal(toFault(fault, WHAT), fault);
});
