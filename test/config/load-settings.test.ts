import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { loadSettings, SettingsError, type Configuration } from '#shared/config/load-settings.ts';
import { SETTING_NAMES, SETTINGS, type Settings } from '#shared/config/settings.ts';

const FACTS = { hostname: 'box.example.jp' };
const load = (text: string): Configuration => loadSettings({ text, file: 'relay.yaml' }, FACTS);

function service(text: string, name: string): Settings {
  const settings = load(text).services.get(name);
  assert.ok(settings, `there is a service ${name}`);
  return settings;
}

/** `line message` of each problem. */
function problemsOf(text: string, facts = FACTS): string[] {
  try {
    loadSettings({ text, file: 'relay.yaml' }, facts);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.problems.map(({ line, message }) => `${line ?? '-'} ${message}`);
  }
}

suite('without a file', () => {
  test('the defaults hold, and are right', () => {
    const { settings } = loadSettings(undefined, FACTS);
    assert.equal(settings.myhostname, 'box.example.jp');
    assert.equal(settings.smtpd_banner, 'box.example.jp ESMTP OP25B-Relay');
    assert.equal(settings.message_size_limit, 29 * 1024 ** 2);
    assert.equal(settings.maximal_queue_lifetime, 5 * 24 * 3_600_000);
    assert.deepEqual(settings.mynetworks, []);
    assert.equal(settings.default_transport, 'capture');
    assert.deepEqual(load(''), loadSettings(undefined, FACTS));
    assert.deepEqual(load('# nothing but a comment\n'), loadSettings(undefined, FACTS));
  });

  test('the three services exist: submission demands TLS and a login, smtps is TLS from the first byte', () => {
    const { services } = loadSettings(undefined, FACTS);
    assert.deepEqual([...services.keys()], ['smtp', 'submission', 'smtps']);
    const [smtp, submission, smtps] = [...services.values()];
    assert.equal(smtp?.smtpd_sasl_auth_enable, false);
    assert.equal(submission?.smtpd_tls_security_level, 'encrypt');
    assert.equal(submission?.smtpd_tls_auth_only, true);
    assert.equal(submission?.smtpd_sasl_auth_enable, true);
    assert.deepEqual(submission?.smtpd_recipient_restrictions, ['permit_sasl_authenticated', 'reject']);
    assert.equal(smtps?.smtpd_tls_wrappermode, true);
    assert.equal(smtps?.smtpd_sasl_auth_enable, true);
    assert.deepEqual(smtps?.smtpd_recipient_restrictions, ['permit_sasl_authenticated', 'reject']);
  });

  test("a machine's name that cannot be a host name asks for myhostname", () => {
    const facts = { hostname: 'my box' };
    assert.deepEqual(problemsOf('', facts), [
      '- the machine\'s name: "my box" is not a host name: write a name such as relay.example.jp; or set myhostname',
    ]);
    assert.deepEqual(problemsOf('myhostname: relay.example.jp', facts), []);
  });
});

suite('values', () => {
  test('a list is a YAML list or one text, and may be empty', () => {
    const expected = ['example.jp', 'example.com'];
    for (const written of [
      '[example.jp, Example.com]',
      'example.jp example.com',
      '\n  - example.jp\n  - example.com',
    ]) {
      assert.deepEqual(load(`relay_domains: ${written}`).settings.relay_domains, expected);
    }
    assert.deepEqual(load('smtpd_etrn_restrictions: []').settings.smtpd_etrn_restrictions, []);
    assert.deepEqual(load('smtpd_etrn_restrictions:').settings.smtpd_etrn_restrictions, []);
  });

  test('what YAML would call a number or a boolean is read as it is typed', () => {
    const { settings } = load(
      'smtpd_error_sleep_time: 0\nsmtpd_helo_required: no\ndisable_vrfy_command: false\nmail_name: 010',
    );
    assert.equal(settings.smtpd_error_sleep_time, 0);
    assert.equal(settings.smtpd_helo_required, false);
    assert.equal(settings.disable_vrfy_command, false);
    assert.equal(settings.mail_name, '010');
  });

  test('every default, written out, gives the settings that hold without it', () => {
    const written = SETTING_NAMES.map((name) => `${name}: ${JSON.stringify(SETTINGS[name].default)}`).join('\n');
    assert.deepEqual(load(written).settings, loadSettings(undefined, FACTS).settings);
  });

  test('any text is either read or refused with SettingsError', () => {
    const keys = fc.constantFrom(...SETTING_NAMES, 'services', 'constructor', '__proto__');
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('$myhostname', '[a]', '{a: b}', '&a 1', '*a', '\n  smtp:\n', '|\n x'),
    );
    const texts = fc
      .array(fc.tuple(keys, values), { maxLength: 4 })
      .map((rows) => rows.map(([k, v]) => `${k}: ${v}`).join('\n'));
    fc.assert(fc.property(fc.oneof(fc.string(), texts), (text) => void problemsOf(text)));
  });
});

suite('references', () => {
  test('a value refers to others, over several steps, in texts and lists', () => {
    const { settings } = load('myhostname: a.jp\nmydestination: $myhostname\nrelay_domains: [$mydestination, b.jp]');
    assert.deepEqual(settings.relay_domains, ['a.jp', 'b.jp']);
    assert.equal(settings.smtpd_banner, 'a.jp ESMTP OP25B-Relay');
    assert.equal(settings.smtpd_sasl_local_domain, 'a.jp');
  });

  test('they are expanded behind what a service has for itself', () => {
    const text = 'mail_name: Home\nservices:\n  smtp:\n    smtpd_banner: ${myhostname} $mail_name MX\n';
    assert.equal(service(text, 'smtp').smtpd_banner, 'box.example.jp Home MX');
    assert.equal(service(text, 'submission').smtpd_banner, 'box.example.jp ESMTP Home');
  });

  test('a default that refers to a wrong value adds no problem of its own', () => {
    assert.deepEqual(problemsOf('myhostname: a b'), [
      '1 myhostname: "a b" is not a host name: write a name such as relay.example.jp',
    ]);
  });
});

suite('services', () => {
  test("a service's own map comes before what it has built in, and that before the flat names", () => {
    const text =
      'smtpd_tls_security_level: none\nsmtpd_timeout: 1m\nservices:\n  smtps:\n    smtpd_tls_security_level: may\n';
    assert.equal(service(text, 'smtp').smtpd_tls_security_level, 'none');
    assert.equal(service(text, 'submission').smtpd_tls_security_level, 'encrypt');
    assert.equal(service(text, 'smtps').smtpd_tls_security_level, 'may');
    assert.equal(service(text, 'smtps').smtpd_timeout, 60_000);
    assert.equal(load(text).settings.smtpd_tls_security_level, 'none');
  });

  test('another name is a further service, with the flat names alone', () => {
    const text = 'services:\n  greylist:\n    smtpd_timeout: 30s\n  plain:\n';
    assert.deepEqual([...load(text).services.keys()], ['smtp', 'submission', 'smtps', 'greylist', 'plain']);
    assert.equal(service(text, 'greylist').smtpd_timeout, 30_000);
    assert.deepEqual(service(text, 'plain'), load(text).settings);
  });

  test('a setting of the whole relay is not for one service', () => {
    assert.deepEqual(problemsOf('services:\n  smtp:\n    log_level: debug\n'), [
      '3 log_level holds for the whole relay: move it out of services',
    ]);
  });

  test('services is a map of maps, under names that can be typed', () => {
    assert.deepEqual(problemsOf('services: smtp'), ['1 services is a map from names, such as submission, to settings']);
    assert.deepEqual(problemsOf('services:\n  smtp: [a]\n  "My Service": {}'), [
      '2 smtp is a map of the settings that this service has for itself',
      '3 "My Service" is not a service\'s name: write small letters, digits, - and _, such as submission',
    ]);
  });
});

suite('what is wrong with the file itself', () => {
  test('an unknown name is answered with the nearest, and a far one with nothing', () => {
    assert.deepEqual(problemsOf('mesage_size_limit: 1\nmessage-size-limit: 1\nconstructor: 1\nservice: {}'), [
      '1 mesage_size_limit is not a setting; did you mean message_size_limit?',
      '2 message-size-limit is not a setting; did you mean message_size_limit?',
      '3 constructor is not a setting',
      '4 service is not a setting; did you mean services?',
    ]);
    assert.deepEqual(problemsOf('services: {smtp: {smtpd_timeot: 1s}}'), [
      '1 smtpd_timeot is not a setting; did you mean smtpd_timeout?',
    ]);
  });

  test('a name that stands twice is a problem, at its second line', () => {
    assert.deepEqual(problemsOf('mail_name: a\nhopcount_limit: 5\n"mail_name": b\n'), [
      '3 mail_name is set a second time: keep one',
    ]);
  });

  test('a value of the wrong shape', () => {
    assert.deepEqual(problemsOf('smtpd_timeout: [5m]\nmail_name: {a: b}\nmynetworks: [[127.0.0.1]]'), [
      '1 smtpd_timeout takes one value; put quotes around it if it begins with [',
      '2 mail_name is not a map: write one line of printable ASCII',
      '3 mynetworks is a list of words: write an address or a CIDR block, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32',
    ]);
  });

  test("Postfix's brackets want quotes in YAML", () => {
    assert.deepEqual(problemsOf('relayhost: [smtp.example.jp]:587'), [
      '1 put quotes around a value that begins with [ and goes on behind ]',
    ]);
    assert.deepEqual(problemsOf('relayhost: [smtp.example.jp]'), [
      '1 relayhost takes one value; put quotes around it if it begins with [',
    ]);
    assert.equal(load('relayhost: "[smtp.example.jp]:587"').settings.relayhost, '[smtp.example.jp]:587');
  });

  test('it is not a map, or not YAML', () => {
    assert.deepEqual(problemsOf('- a\n- b'), ['1 a settings file is a map, one `name: value` a line']);
    assert.deepEqual(problemsOf('mail_name: a\n\tmyhostname: b'), ['2 indent with spaces, not tabs']);
    assert.deepEqual(problemsOf('mail_name: "a'), ['1 not YAML: Missing closing "quote']);
    assert.deepEqual(problemsOf('a: 1\n---\nb: 2').length, 1);
    assert.deepEqual(problemsOf('mail_name: &a x\nsmtpd_banner: *a\n? [b]\n: c'), [
      '2 *a refers to another place of the file: write the value itself, in quotes if it begins with *',
      '3 a key must be one word',
    ]);
  });
});
