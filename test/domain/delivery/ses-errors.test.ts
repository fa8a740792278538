import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SesError, sesOutcome } from '#shared/domain/delivery/ses-errors.ts';

function brief(name: string, message = '', httpStatus: number | undefined = 400): string {
  const outcome = sesOutcome({ name, message, httpStatus });
  if (outcome.kind === 'delivered') return outcome.kind;
  return [outcome.kind, outcome.status, ...(outcome.kind === 'deferred' ? [outcome.scope] : [])].join(' ');
}

test("a rate or quota holds the transport off, since it is the account's", () => {
  assert.equal(brief('TooManyRequestsException', 'Maximum sending rate exceeded', 429), 'deferred 4.4.5 transport');
  assert.equal(brief('ThrottlingException', 'Daily message quota exceeded'), 'deferred 4.4.5 transport');
  assert.equal(brief('LimitExceededException'), 'deferred 4.4.5 transport');
});

test('a paused or suspended account holds the transport off', () => {
  assert.equal(brief('SendingPausedException'), 'deferred 4.3.2 transport');
  assert.equal(brief('AccountSuspendedException'), 'deferred 4.3.2 transport');
});

test('a fault of the deployment holds the transport off', () => {
  assert.equal(brief('NotFoundException', 'Configuration set <x> does not exist.', 404), 'deferred 4.3.5 transport');
  assert.equal(brief('AccessDeniedException', 'not authorized', 403), 'deferred 4.3.5 transport');
  assert.equal(brief('UnrecognizedClientException', 'token', 403), 'deferred 4.3.5 transport');
  assert.equal(brief('CredentialsProviderError', 'none'), 'deferred 4.3.5 transport');
});

test("one domain's lost MAIL FROM does not keep other mail back", () => {
  assert.equal(brief('MailFromDomainNotVerifiedException'), 'deferred 4.3.5 recipient');
});

test('what SES will never send is refused for good, with the status that says why', () => {
  assert.equal(
    brief('MessageRejected', 'Email address is not verified. The following identities failed: a@b'),
    'failed 5.7.1',
  );
  assert.equal(brief('MessageRejected', 'Bad content'), 'failed 5.6.0');
  assert.equal(brief('BadRequestException', "Duplicate header 'Subject'."), 'failed 5.6.0');
  assert.equal(brief('BadRequestException', 'Local address contains control or whitespace'), 'failed 5.1.3');
  assert.equal(brief('BadRequestException', "Missing final '@domain'"), 'failed 5.1.3');
  assert.equal(brief('BadRequestException', 'Message length is more than 41943040 bytes long.'), 'failed 5.3.4');
});

test('a server or network that fails holds the transport off', () => {
  assert.equal(brief('InternalServiceErrorException', 'oops', 500), 'deferred 4.3.0 transport');
  assert.equal(brief('ServiceUnavailable', '', 503), 'deferred 4.3.0 transport');
  assert.equal(brief('RequestTimeout', '', 408), 'deferred 4.3.0 transport');
  const lost: SesError = { name: 'TimeoutError', message: 'socket hang up' };
  assert.deepEqual(sesOutcome(lost), {
    kind: 'deferred',
    status: '4.4.1',
    reason: 'TimeoutError: socket hang up',
    scope: 'transport',
  });
});

test('what is not known is temporary, for this message', () => {
  assert.equal(brief('SomethingNewException', 'new', 400), 'deferred 4.3.0 recipient');
});
