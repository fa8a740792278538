import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { announced, findMechanism, mechanismNamed, startExchange } from '#shared/domain/sasl/mechanisms.ts';
import { anyResponse } from './responses.ts';

const LIST = ['cram-md5', 'plain', 'login'];

suite('SASL mechanisms', () => {
  test('they are announced in the configured order, in upper case', () => {
    assert.deepEqual(announced(LIST, ['noanonymous'], true), ['CRAM-MD5', 'PLAIN', 'LOGIN']);
    assert.deepEqual(announced(['LOGIN', 'Plain'], [], true), ['LOGIN', 'PLAIN']);
  });

  test('noplaintext hides PLAIN and LOGIN', () => {
    assert.deepEqual(announced(LIST, ['noanonymous', 'noplaintext'], true), ['CRAM-MD5']);
  });

  test('a configured name that nobody speaks is not announced', () => {
    assert.deepEqual(announced(['GSSAPI', 'PLAIN'], [], true), ['PLAIN']);
  });

  test('channel binding is announced only where there is TLS to bind to', () => {
    const list = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'];
    assert.deepEqual(announced(list, ['noplaintext'], true), list);
    assert.deepEqual(announced(list, ['noplaintext'], false), ['SCRAM-SHA-256']);
  });

  test('a client may type a name in any case', () => {
    assert.equal(findMechanism(LIST, 'Cram-Md5'), 'CRAM-MD5');
    assert.equal(mechanismNamed('login'), 'LOGIN');
  });

  test('a mechanism is found only if it is spoken and configured', () => {
    assert.equal(findMechanism(['PLAIN'], 'LOGIN'), undefined);
    assert.equal(findMechanism(['GSSAPI'], 'GSSAPI'), undefined);
    assert.equal(findMechanism(LIST, 'constructor'), undefined);
  });

  test('whatever a client sends, every exchange ends in a step within three responses, and none throws', () => {
    const name = fc.constantFrom('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN');
    const initial = fc.option(anyResponse, { nil: undefined });
    fc.assert(
      fc.property(name, initial, anyResponse, anyResponse, (mechanism, ...responses) => {
        let exchange = startExchange(mechanism, { challenge: '<1.2@mail.example.jp>', plusAnnounced: true });
        for (const response of responses) {
          const step = exchange(response);
          if (step.kind !== 'challenge') return;
          exchange = step.next;
        }
        assert.fail('three responses and still a challenge');
      }),
      { numRuns: 500 },
    );
  });
});
