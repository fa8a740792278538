import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { parseDirectoryFile } from '#shared/config/directory-file.ts';
import { loadSettings } from '#shared/config/load-settings.ts';

const memo = (file: string): Promise<string> => readFile(new URL(`../memo/${file}`, import.meta.url), 'utf8');

suite("the memo's Postfix, in this relay's settings", () => {
  test("main.cf's directives hold for every service", async () => {
    const { settings, services } = loadSettings(
      { text: await memo('relay.yaml'), file: 'relay.yaml' },
      { hostname: 'box' },
    );
    assert.equal(settings.myhostname, 'mail.example.jp');
    assert.equal(settings.smtpd_sasl_local_domain, 'mail.example.jp');
    assert.deepEqual(settings.relay_domains, ['example.com']);
    assert.equal(settings.default_transport, 'capture');
    for (const service of services.values()) {
      assert.equal(service.message_size_limit, 10_485_760);
      assert.equal(service.smtpd_error_sleep_time, 0);
      assert.deepEqual(service.mynetworks, ['127.0.0.2/32']);
      assert.deepEqual(service.smtpd_sasl_mechanism_list, ['CRAM-MD5', 'PLAIN', 'LOGIN']);
      assert.deepEqual(service.smtpd_sender_restrictions, ['reject_sender_login_mismatch']);
      assert.equal(service.smtpd_sasl_auth_enable, true);
    }
  });

  test("master.cf's services differ as there", async () => {
    const { services } = loadSettings({ text: await memo('relay.yaml'), file: 'relay.yaml' }, { hostname: 'box' });
    const { smtp, submission, smtps } = Object.fromEntries(services);
    assert.deepEqual(smtp?.smtpd_sasl_security_options, ['noanonymous', 'noplaintext']);
    assert.deepEqual(smtp?.smtpd_sasl_tls_security_options, ['noanonymous']);
    assert.deepEqual(smtp?.smtpd_recipient_restrictions, [
      'permit_mynetworks',
      'permit_sasl_authenticated',
      'reject_unauth_destination',
    ]);
    assert.equal(submission?.smtpd_tls_security_level, 'encrypt');
    assert.equal(smtps?.smtpd_tls_wrappermode, true);
    for (const service of [submission, smtps]) {
      assert.deepEqual(service?.smtpd_recipient_restrictions, ['permit_sasl_authenticated', 'reject']);
    }
  });

  test('its users own the addresses that sasl_sender_login gives them', async () => {
    assert.deepEqual(parseDirectoryFile(await memo('directory.yaml'), 'directory.yaml').accounts, [
      { login: 'aaa', password: 'secret-a', senders: ['aaa@example.jp', 'shared@example.jp'], disabled: false },
      { login: 'bbb', password: 'secret-b', senders: ['shared@example.jp', '@bbb.example.jp'], disabled: false },
    ]);
  });
});
