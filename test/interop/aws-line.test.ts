// The whole line as it runs on AWS, on stand-ins: Debian's Postfix at home → listener → policy → spool, queue and doorbell → deliver →
// Amazon SES, with qmgr's clock. Programs are killed at their worst moments and services are out, and no mail may be lost.
// With LINE_METRICS=FILE the metrics that were emitted are written there, as JSON; with LINE_MINUTES=N more mail comes for so long.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { METRICS, type Metric } from '#shared/config/metrics.ts';
import { type DeployedRelay, NAMESPACE, startDeployedRelay } from '../support/aws/deployed-relay.ts';
import { emittedMetrics } from '../support/aws/emitted-metrics.ts';
import { eventually } from '../support/eventually.ts';
import { neverEmitted } from '../support/infra/metric-proof.ts';
import { shownMetrics } from '../support/infra/shown-metrics.ts';
import { VARIANTS } from '../support/infra/synthesise.ts';
import { synthesiseUnchecked } from '../support/infra/unchecked.ts';
import { requires } from '../support/requires.ts';
import { logIn, sendMessage, type SmtpClient } from '../support/smtp-client.ts';
import { throwawayCertificate } from '../support/throwaway-certificate.ts';
import { AAA } from './support/memo-relay.ts';
import { type NumberedMail, numberedMail } from './support/numbered-mail.ts';
import { type Postfix, startPostfix } from './support/postfix.ts';

const skip = requires({ root: true, commands: ['postfix', 'postmap', 'sendmail'], lambdaRuntime: true });

const SETTINGS = `
myhostname: relay.example.jp
default_transport: ses
minimal_backoff_time: 1s
`;
/** Milliseconds, on a busy machine. */
const LIMIT = 60_000;
const LOOK_AGAIN = 1000;

const CRASHES = [
  {
    what: 'a listener that has a body in the spool and no entry in the queue',
    at: { service: 'DYNAMODB', program: 'listener', operation: 'PutItem', moment: 'before' },
  },
  {
    what: 'a listener that has an entry in the queue and has not rung',
    at: { service: 'SQS', program: 'listener', operation: 'SendMessageBatch', moment: 'before' },
  },
  {
    what: 'a listener that has done all but say so',
    at: { service: 'SQS', program: 'listener', operation: 'SendMessageBatch', moment: 'behind' },
  },
  {
    what: 'a deliver that is calling Amazon SES',
    at: { service: 'SESV2', program: 'deliver', operation: 'SendEmail', moment: 'before' },
  },
  {
    what: 'a deliver whose message Amazon SES has taken',
    at: { service: 'SESV2', program: 'deliver', operation: 'SendEmail', moment: 'behind' },
  },
  {
    what: 'a deliver that has settled an entry and not yet deleted its body',
    at: { service: 'S3', program: 'deliver', operation: 'DeleteObjects', moment: 'before' },
  },
] as const;
const MESSAGES_A_CRASH = 10;

const { LINE_METRICS, LINE_MINUTES } = process.env;

/** What a client is told while a service is out. */
const OUTAGES = [
  ['LAMBDA', /^451 4\.3\.5 /],
  ['S3', /^451 4\.3\.0 /],
  ['DYNAMODB', /^451 4\.3\.0 /],
  // The mail is safe, and qmgr rings later.
  ['SQS', /^250 2\.0\.0 /],
] as const;
const ACCEPTED = /^250 2\.0\.0 Ok: queued as /;

const CONTENT = Buffer.from('Subject: hello\r\nFrom: aaa@example.jp\r\n\r\nhello\r\n');
/** Amazon SES takes one From. */
const UNFIT = Buffer.concat([Buffer.from('From: bbb@example.jp\r\n'), CONTENT]);
const TO = ['someone@example.net'];

async function startHome(t: TestContext, port: number): Promise<Postfix> {
  const home = await startPostfix(t, {
    myhostname: 'home.example.jp',
    settings: [
      `relayhost = [127.0.0.1]:${port}`,
      'smtp_tls_security_level = encrypt',
      'smtp_sasl_auth_enable = yes',
      'smtp_sasl_password_maps = hash:$config_directory/sasl_passwd',
      // One transaction for all recipients of a message.
      'smtp_destination_recipient_limit = 1000',
      // A relay that was away is tried again soon.
      ...['queue_run_delay', 'minimal_backoff_time', 'maximal_backoff_time', 'transport_retry_time'].map(
        (name) => `${name} = 1s`,
      ),
    ],
  });
  await home.password(`[127.0.0.1]:${port}`, `${AAA.login}:${AAA.password}`);
  return home;
}

/** Until Postfix has handed everything over, whatever it had to try again. */
async function handedOver(home: Postfix): Promise<void> {
  await eventually(
    'Postfix has handed everything over',
    async () => {
      await home.flush();
      await pause(LOOK_AGAIN);
      return (await home.waiting()) === 0;
    },
    LIMIT,
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await home.log()}`);
  });
}

/** Until nothing is queued; what nobody has rung for, qmgr has. */
async function delivered(relay: DeployedRelay): Promise<void> {
  await eventually(
    'everything is delivered',
    async () => {
      await relay.runQmgrADayLater();
      await pause(LOOK_AGAIN);
      return (await relay.stores.queue.summary()).queued === 0;
    },
    LIMIT,
  );
}

async function crash(relay: DeployedRelay, mail: NumberedMail, { at }: (typeof CRASHES)[number]): Promise<void> {
  const reached = relay.aws[at.service].silence(at.program, at.operation, at.moment);
  const sent = mail.sendMany(MESSAGES_A_CRASH);
  await reached;
  if (at.program === 'listener') {
    await relay.listener.kill();
    await relay.restartListener();
  } else {
    await relay.deliver.kill('SIGKILL');
  }
  await sent;
}

test('the line on AWS', { skip }, async (t) => {
  const relay = await startDeployedRelay(t, SETTINGS);
  const { ses, queue, spool } = relay.stores;
  await relay.certificates.put([await throwawayCertificate('relay.example.jp')]);
  await relay.addAccount(AAA, [AAA.sender]);
  const port = relay.listener.ports['submission'] ?? 0;
  const home = await startHome(t, port);
  const mail = numberedMail(home, ses.messages);

  async function bodies(): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of spool.before(Infinity)) ids.push(id);
    return ids;
  }

  await t.test('takes mail from a home Postfix to Amazon SES, byte for byte', async () => {
    await mail.send();
    await mail.send({ to: Array.from({ length: 120 }, (_, i) => `recipient-${i}@example.net`) });
    await mail.send({ size: 5 * 1024 * 1024 });
    await handedOver(home);
    await delivered(relay);
    assert.deepEqual(mail.missing(), []);
    assert.equal(mail.duplicates(), 0);
    assert.equal(ses.messages.length, 5);
  });

  if (LINE_MINUTES !== undefined) {
    await t.test(`goes on for ${LINE_MINUTES} minutes`, async () => {
      const end = Date.now() + Number(LINE_MINUTES) * 60_000;
      for (let i = 0; Date.now() < end; i += 1) {
        // More and less, as mail comes.
        await mail.sendMany(Math.round(3 + 3 * Math.sin(i / 10)));
        await pause(2000);
      }
      await handedOver(home);
    });
  }

  await t.test('loses nothing when a program is killed', async (t) => {
    for (const each of CRASHES) await t.test(each.what, async () => crash(relay, mail, each));
    await handedOver(home);
    await delivered(relay);
    assert.deepEqual(mail.missing(), []);
    t.diagnostic(`${mail.sent} messages, ${CRASHES.length} crashes, nothing lost, ${mail.duplicates()} duplicates`);
    assert.deepEqual(await queue.list(), []);
    // What the crashes have left, and nothing is left over.
    await relay.runQmgrADayLater();
    assert.deepEqual(await bodies(), []);
  });

  const connect = async (): Promise<SmtpClient> => logIn(port, AAA);
  const send = async (client: SmtpClient, { from = AAA.sender, content = CONTENT } = {}): Promise<string> => {
    await client.command('RSET');
    const { code, text } = await sendMessage(client, { from, to: TO, content });
    return `${code} ${text}`;
  };

  await t.test('refuses who is not known, and what is not theirs to send', async () => {
    await assert.rejects(logIn(port, { ...AAA, password: 'wrong' }), /535 5\.7\.8/);
    const client = await connect();
    assert.match(await send(client, { from: 'bbb@example.jp' }), /^553 5\.7\.1 /);
    client.vanish();
  });

  await t.test('answers for the time being while a service is out, in a session that goes on', async (t) => {
    const client = await connect();
    for (const [service, answer] of OUTAGES) {
      await t.test(service, async () => {
        relay.aws[service].isOut = true;
        assert.match(await send(client), answer);
        relay.aws[service].isOut = false;
        assert.match(await send(client), ACCEPTED);
      });
    }
    client.vanish();
    await delivered(relay);
    // What a put whose answer was lost has left is delivered, too.
    assert.deepEqual(await queue.list(), []);
  });

  await t.test('tries again what Amazon SES could not take', async () => {
    relay.aws.SESV2.isOut = true;
    const client = await connect();
    assert.match(await send(client), ACCEPTED);
    client.vanish();
    await eventually('a first attempt', async () => (await queue.list())[0]?.attempts === 1, LIMIT);
    relay.aws.SESV2.isOut = false;
    await delivered(relay);
    assert.deepEqual(await queue.list(), []);
  });

  await t.test('knows whom it knew while Secrets Manager is out; started then, it cannot say', async () => {
    relay.aws.SECRETS_MANAGER.isOut = true;
    (await connect()).vanish();
    assert.equal(await relay.listener.stop(), 0);
    await relay.restartListener();
    await assert.rejects(connect(), /454 4\.7\.0/);
    relay.aws.SECRETS_MANAGER.isOut = false;
    const again = async () => {
      await pause(LOOK_AGAIN);
      return connect().catch(() => undefined);
    };
    (await eventually('a login', again, LIMIT)).vanish();
  });

  await t.test('keeps what Amazon SES refuses and what has lost its body, until an operator has seen it', async () => {
    const client = await connect();
    await relay.ignoreRings();
    assert.match(await send(client), ACCEPTED);
    const [lost = ''] = await bodies();
    await spool.remove([lost]);
    relay.hearRings();
    await delivered(relay);

    assert.match(await send(client, { content: UNFIT }), ACCEPTED);
    await delivered(relay);
    client.vanish();
    const kept = await queue.list();
    assert.deepEqual(kept.map(({ state }) => state).toSorted(), ['corrupt', 'failed']);
    assert.deepEqual(
      await queue.remove(kept.map(({ id }) => id)),
      kept.map(({ id }) => id),
    );
  });

  await t.test('has emitted every metric that there is, and so all that dashboards and alarms show', async () => {
    assert.equal(await relay.listener.stop(), 0);
    const metrics = emittedMetrics(relay.lines());
    if (LINE_METRICS !== undefined) await writeFile(LINE_METRICS, JSON.stringify(metrics));
    const shape = (name: string, unit: string, dimensions: readonly string[]) => [name, unit, ...dimensions].join(' ');
    const emitted = metrics.map(({ name, unit, dimensions }) => shape(name, unit, Object.keys(dimensions)));
    const known = Object.entries<Metric>(METRICS).map(([name, { unit, dimension }]) =>
      shape(name, unit, dimension === undefined ? [] : [dimension.name]),
    );
    assert.deepEqual([...new Set(emitted)].toSorted(), known.toSorted());
    const template = synthesiseUnchecked({ context: { ...VARIANTS['scale']?.context, stackName: NAMESPACE } });
    assert.deepEqual(neverEmitted(shownMetrics(template), metrics), []);
  });
});
