import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { readStage, StageError } from '#infra/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'relay-stage-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function relayYaml(text: string): string {
  const file = join(folder, `relay-${(files += 1)}.yaml`);
  writeFileSync(file, text);
  return file;
}

function problemsOf(context: Readonly<Record<string, unknown>>): string {
  try {
    readStage(context);
  } catch (error) {
    if (error instanceof StageError) return error.message.replaceAll(folder, '');
    throw error;
  }
  return '';
}

const ZONE = { zoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.jp' };

suite('a stage', () => {
  test('of an empty context is a scale relay by Amazon SES, with a configuration set named as the stack', () => {
    const { profile, configuration, configurationSet, zone, openPorts } = readStage({});
    assert.deepEqual([profile, configurationSet, zone], ['scale', 'op25b-relay', undefined]);
    assert.deepEqual(openPorts, [
      { service: 'submission', port: 587, containerPort: 1587 },
      { service: 'smtps', port: 465, containerPort: 1465 },
    ]);
    for (const settings of [configuration.settings, ...configuration.services.values()]) {
      assert.equal(settings.default_transport, 'ses');
      assert.equal(settings.ses_configuration_set, 'op25b-relay');
      assert.equal(settings.myhostname, 'smtp.example.jp');
    }
  });

  test('reads what -c gives as texts, and what JSON gives as it is', () => {
    const texts = readStage({ rsaCertificate: 'yes', credentialSecrets: '2', allowedNetworks: '192.0.2.1, 192.0.2.2' });
    const json = readStage({ rsaCertificate: true, credentialSecrets: 2, allowedNetworks: ['192.0.2.1', '192.0.2.2'] });
    for (const { rsaCertificate, credentialSecrets, allowedNetworks } of [texts, json]) {
      assert.deepEqual([rsaCertificate, credentialSecrets], [true, 2]);
      assert.deepEqual(allowedNetworks, ['192.0.2.1', '192.0.2.2']);
    }
  });

  test('is named by hostname where relay.yaml does not name it, and by relay.yaml where it does', () => {
    const named = (settings: string) =>
      readStage({ hostname: 'mx.example.jp', settings: relayYaml(settings) }).configuration.settings.myhostname;
    assert.equal(named('mail_name: Relay\n'), 'mx.example.jp');
    assert.equal(named('myhostname: relay.example.jp\n'), 'relay.example.jp');
  });

  test('leaves the configuration set alone that relay.yaml names, or that is in another region', () => {
    const setOf = (settings: string) => {
      const { configuration, configurationSet } = readStage({ settings: relayYaml(settings) });
      return [configurationSet, configuration.settings.ses_configuration_set];
    };
    assert.deepEqual(setOf('ses_configuration_set: mine\n'), [undefined, 'mine']);
    assert.deepEqual(setOf('ses_region: us-east-1\n'), [undefined, '']);
    assert.deepEqual(setOf('default_transport: smtp\nrelayhost: "[smtp.example.com]:submission"\n'), [undefined, '']);
  });
});

suite('what is wrong with a stage', () => {
  test('is said all at once, of the context and of relay.yaml', () => {
    const settings = relayYaml('smtpd_timeout: soon\ndefault_transport: capture\n');
    const context = { settings, profile: 'huge', credentialSecrets: 0, zoneName: 'a b', portz: '25' };
    assert.equal(
      problemsOf(context),
      `/relay-${files}.yaml has 2 problems:
  /relay-${files}.yaml:1: smtpd_timeout: "soon" is not a time: write 250ms, 300s, 5m, 1h, 5d, 1w or a number of seconds
  /relay-${files}.yaml:2: default_transport capture: a deployed relay has no machine to keep mail on; leave it out for Amazon SES, or write smtp and a relayhost
CDK's context has 4 problems:
  CDK's context: portz is not an option; did you mean ports?
  CDK's context: profile: "huge" is not known here; did you mean home?
  CDK's context: zoneName: "a b" is not a host name: write a name such as relay.example.jp
  CDK's context: credentialSecrets: 0 is too small: at least 1`,
    );
  });

  const addresses = (count: number) => Array.from({ length: count }, (_, i) => `192.0.2.${i}`);
  const wrong: [string, Readonly<Record<string, unknown>>, RegExp][] = [
    ['half a zone', { zoneId: ZONE.zoneId }, /zoneId and zoneName: a zone is given by both/],
    ['a zone of others', { ...ZONE, hostname: 'a.example.com' }, /a\.example\.com is not in example\.jp/],
    ['a zone that only ends alike', { ...ZONE, hostname: 'a.notexample.jp' }, /is not in example\.jp/],
    ['a fleet without a load balancer', { ...ZONE, loadBalancer: 'no' }, /several tasks want one/],
    ['an address without a zone', { profile: 'home', loadBalancer: 'no' }, /give zoneId and zoneName/],
    ['a service that does not exist', { ports: 'imap=143' }, /no service imap; there are smtp, submission, smtps/],
    ['a port without a service', { ports: '587' }, /ports: "587" is not service=port, such as submission=587/],
    ['a port for two services', { ports: 'smtp=25, smtps=25' }, /25 stands there twice/],
    ['two ports that meet in the container', { ports: 'smtp=25, smtps=1025' }, /would be 1025 in the container/],
    ['the port for health', { ports: 'smtp=8080' }, /8080 is for health/],
    [
      'a service with two ports and no load balancer',
      { ...ZONE, profile: 'home', loadBalancer: 'no', ports: 'smtp=25, smtp=2525' },
      /smtp has several/,
    ],
    ['more services than target groups', { ports: 'a=1, b=2, c=3, d=4, e=5, f=6' }, /AWS takes 5 services of one task/],
    ['more networks than rules', { allowedNetworks: addresses(31) }, /60 is AWS's limit/],
    ['networks that cannot reach it', { allowedNetworks: '2001:db8::/32' }, /write IPv4 networks/],
    [
      'a file that is not there',
      { settings: '/nowhere/relay.yaml' },
      /settings: cannot read \/nowhere\/relay\.yaml \(ENOENT\)/,
    ],
    ['a value that is a map', { profile: { name: 'home' } }, /profile: write one of scale, home/],
    ['a name that CloudFormation refuses', { stackName: '1relay' }, /"1relay" is not a stack name/],
  ];
  for (const [what, context, problem] of wrong) {
    test(`may be ${what}`, () => {
      assert.match(problemsOf(context), problem);
    });
  }

  const refused: [string, RegExp][] = [
    ['smtpd_tls_cert_file: /a\nsmtpd_tls_key_file: /b\n', /the certificate lies in a secret/],
    ['default_transport: smtp\nrelayhost: "[smtp.example.com]"\n', /AWS Lambda reaches no port 25/],
    ['smtpd_timeout: 6000s\n', /the load balancer forgets a client/],
    ['smtpd_stop_timeout: 2m\n', /write 110s or less/],
    ['ses_region: us-east-1\nses_identities: example.jp\n', /identities are made in the stack's region/],
  ];
  for (const [settings, problem] of refused) {
    test(`may be relay.yaml's ${settings.split('\n')[0]}`, () => {
      assert.match(problemsOf({ settings: relayYaml(settings) }), problem);
    });
  }

  test("is not what belongs to the CDK or to somebody else's app", () => {
    assert.equal(problemsOf({ '@aws-cdk/core:a': true, 'aws:cdk:b': 1, greeting: 'hello' }), '');
  });
});
