import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Admission } from '#functions/listener/admission.ts';
import { Effects } from '#functions/listener/effects.ts';
import type { LoginVerdict } from '#functions/listener/login.ts';
import type { GuardedVerdict, LoginGuard } from '#functions/listener/login-guard.ts';
import { loadSettings } from '#shared/config/load-settings.ts';
import { METRICS, type Metric } from '#shared/config/metrics.ts';
import type { Verdict } from '#shared/domain/policy/request.ts';
import type { Entry } from '#shared/domain/queue/entry.ts';
import { r501HeloSyntax, r554RelayDenied } from '#shared/domain/smtp/reply.ts';
import type { PasswordUse } from '#shared/ports/last-use.ts';
import { TemporaryFault } from '#shared/ports/faults.ts';
import { keptLog } from '../../support/events.ts';
import { TestSession } from '../../support/session.ts';

const { settings } = loadSettings(undefined, { hostname: 'relay.example.jp' });
const RECIPIENT = 'friend@example.com';
const ENVELOPE = { sender: 'me@example.jp', recipients: [{ address: RECIPIENT }], bodyType: '7BIT' } as const;
const PERMIT: Verdict = { kind: 'permit', hold: false };
const REFUSE: Verdict = { kind: 'refuse', reply: r554RelayDenied(RECIPIENT) };
const REQUEST = { service: 'submission', client: { address: '', name: '' }, helo: '', sender: '', recipients: [] };
const FAULT = new TemporaryFault('it does not answer');
/** Milliseconds that each port takes. */
const TAKES = 7;

type Ports = {
  readonly verdict?: LoginVerdict;
  /** What policy answers; a fault if left out. */
  readonly verdicts?: Verdict[];
  readonly isStored?: boolean;
  /** By the login guard. */
  readonly isPutOff?: boolean;
  /** Of the service's settings, those that are not the default. */
  readonly set?: Partial<typeof settings>;
};

function effects({ verdict = { kind: 'refused' }, verdicts, isStored = true, isPutOff = false, set }: Ports = {}) {
  let clock = 1_700_000_000_000;
  const log = keptLog();
  const pass = async (works = true): Promise<void> => {
    clock += TAKES;
    if (!works) throw FAULT;
  };
  const written: Buffer[] = [];
  const body = { write: (bytes: Buffer) => void written.push(bytes), seal: () => pass(), discard: async () => {} };
  const enqueued: Entry[] = [];
  const uses: PasswordUse[] = [];
  const context = {
    service: 'submission',
    settings: { ...settings, ...set },
    login: {
      verify: async () => verdict,
      async salt() {
        if (verdict.kind === 'unavailable') throw FAULT;
        return { salt: Buffer.alloc(16, 1), iterations: 4096 };
      },
    },
    loginGuard: {
      check: async (...[, , verify]: Parameters<LoginGuard['check']>): Promise<GuardedVerdict> =>
        isPutOff ? { kind: 'tooManyFailures' } : verify(false),
    },
    passwordUses: { used: (use: PasswordUse) => void uses.push(use) },
    policy: {
      async judge() {
        await pass(verdicts !== undefined);
        return verdicts ?? [];
      },
    },
    spool: { create: () => body },
    queue: {
      async enqueue(entries: readonly Entry[]) {
        enqueued.push(...entries);
        await pass(isStored);
      },
    },
    certificateLogin: async () => {
      if (verdict.kind === 'unavailable') throw FAULT;
      return verdict.kind === 'ok' ? verdict.login : undefined;
    },
    admission: new Admission(settings),
    now: () => clock,
    log,
  };
  return { log, enqueued, written, uses, start: clock, effects: new Effects(context, 'SESSION', '192.0.2.1') };
}

async function store(ports: Ports) {
  const { log, enqueued, start, effects: asked } = effects(ports);
  const { session } = new TestSession();
  const message = asked.receiveBody(session, ENVELOPE, () => undefined);
  void message.write([Buffer.from('Subject: hello\r\n\r\nhello\r\n')]);
  const result = await asked.store(message, session, { kind: 'store', envelope: ENVELOPE, hold: false });
  return { log, enqueued, start, result };
}

const ATTEMPT = { mechanism: 'PLAIN', login: 'home', password: 'secret' } as const;

suite('what SCRAM begins with', () => {
  test("is the account's salt, a nonce that never comes again, and the connection's binding if it is asked for", async () => {
    const { effects: asked } = effects();
    const nonces = new Set<string>();
    for (const binding of [undefined, 'tls-unique'] as const) {
      const effect = { kind: 'beginScram', login: 'home', ...(binding && { binding }) } as const;
      const input = await asked.beginScram(effect, (type) => Buffer.from(type));
      assert.ok(input.kind === 'scramBegun' && input.beginning !== 'unavailable');
      const { salt, iterations, channelBinding, nonce } = input.beginning;
      assert.deepEqual([salt, iterations, channelBinding?.toString()], [Buffer.alloc(16, 1), 4096, binding]);
      assert.match(nonce, /^[!-+\x2d-~]{24,}$/);
      nonces.add(nonce);
    }
    assert.equal(nonces.size, 2);
  });

  test('is unavailable where a port does not answer, and the log says why', async () => {
    const { log, effects: asked } = effects({ verdict: { kind: 'unavailable', cause: FAULT } });
    const input = await asked.beginScram({ kind: 'beginScram', login: 'home' }, () => undefined);
    assert.deepEqual(input, { kind: 'scramBegun', beginning: 'unavailable' });
    assert.equal(log.of('login')[0]?.['result'], 'unavailable');
  });
});

suite("a client's certificate", () => {
  const beginning = { kind: 'tlsStarted' } as const;
  const shown = { fingerprint256: '4A:0F' };

  test('adds its login to what begins, if somebody has it', async () => {
    const { effects: known } = effects({ verdict: { kind: 'ok', login: 'home@example.jp', passwordName: '' } });
    assert.deepEqual(await known.knowCertificate(shown, beginning), { ...beginning, login: 'home@example.jp' });
    const { effects: unknown, log } = effects();
    assert.deepEqual(await unknown.knowCertificate(shown, beginning), beginning);
    assert.equal(log.of('clientCertificate')[0]?.['fingerprint'], '4A:0F');
  });

  test("lets nothing begin where a port does not answer: a stranger's refusal would be for good", async () => {
    const { effects: asked, log } = effects({ verdict: { kind: 'unavailable', cause: FAULT } });
    assert.equal(await asked.knowCertificate(shown, beginning), undefined);
    assert.equal(log.of('clientCertificate')[0]?.level, 'error');
  });
});

suite('the log says of each', () => {
  for (const verdict of [
    { kind: 'ok', login: 'home@example.jp', passwordName: 'default' },
    { kind: 'refused' },
    { kind: 'unavailable', cause: FAULT },
  ] as const) {
    test(`login what came of it: ${verdict.kind}`, async () => {
      const { log, uses, effects: asked } = effects({ verdict });
      await asked.checkLogin(ATTEMPT);
      assert.deepEqual(
        uses.map(({ login, passwordName, address }) => [login, passwordName, address]),
        verdict.kind === 'ok' ? [['home@example.jp', 'default', '192.0.2.1']] : [],
      );
      const [event] = log.of('login');
      assert.equal(event?.['result'], verdict.kind);
      assert.ok(!JSON.stringify(log.events).includes(ATTEMPT.password));
    });
  }

  test('login that is put off that it is refused and why, and the client that it may come again', async () => {
    const { log, uses, effects: asked } = effects({ verdict: { kind: 'refused' }, isPutOff: true });
    assert.deepEqual(await asked.checkLogin(ATTEMPT), { kind: 'loginChecked', result: 'unavailable' });
    const [event] = log.of('login');
    assert.deepEqual([event?.['result'], event?.['reason'], uses], ['refused', 'tooManyFailures', []]);
  });

  test('burst of recipients how many were permitted and refused, and how long policy took', async () => {
    const { log, effects: asked } = effects({ verdicts: [PERMIT, REFUSE, PERMIT] });
    await asked.judge(REQUEST);
    const [event] = log.of('policy');
    assert.deepEqual(
      [event?.level, event?.['permitted'], event?.['refused'], event?.['latency']],
      ['debug', 2, 1, TAKES],
    );
  });

  test('burst that policy could not be asked about, as an error of its own', async () => {
    const { log, effects: asked } = effects();
    await asked.judge(REQUEST);
    assert.deepEqual([log.of('policyUnavailable').length, log.of('policy').length], [1, 0]);
    assert.equal(log.of('policyUnavailable')[0]?.level, 'error');
  });

  test('message how long its client waited behind the final dot, for the spool and the queue', async () => {
    const { log, result } = await store({});
    const [event] = log.of('queued');
    assert.equal(result.kind, 'stored');
    assert.deepEqual([event?.['latency'], event?.['recipients']], [2 * TAKES, 1]);
  });

  test('message that could not be stored, as an event of its own', async () => {
    const { log, result } = await store({ isStored: false });
    assert.equal(result.kind, 'notStored');
    assert.deepEqual([log.of('notQueued').length, log.of('queued').length], [1, 0]);
    assert.equal(log.of('notQueued')[0]?.level, 'error');
  });

  test("refusal the reply's codes, and not its words, which hold addresses", () => {
    const { log, effects: asked } = effects();
    asked.refused(r554RelayDenied(RECIPIENT));
    asked.refused(r501HeloSyntax);
    assert.deepEqual(
      log.of('refused').map(({ reason }) => reason),
      ['554 5.7.1', '501'],
    );
    assert.ok(!JSON.stringify(log.events).includes(RECIPIENT));
  });
});

test('every metric of sessions, logins, policy and messages is counted from an event that is logged as its row says', async () => {
  const all = [await store({}), await store({ isStored: false })].flatMap(({ log }) => log.events);
  for (const verdict of [
    { kind: 'ok', login: 'home@example.jp', passwordName: 'default' },
    { kind: 'refused' },
    { kind: 'unavailable', cause: FAULT },
  ] as const) {
    const { log, effects: asked } = effects({ verdict, verdicts: [PERMIT] });
    await asked.checkLogin(ATTEMPT);
    await asked.judge(REQUEST);
    asked.refused(r554RelayDenied(RECIPIENT));
    all.push(...log.events);
  }
  const { log, effects: asked } = effects();
  await asked.judge(REQUEST);
  all.push(...log.events);

  const events = ['connect', 'login', 'queued', 'notQueued', 'refused', 'policy', 'policyUnavailable'];
  const rows = Object.entries<Metric>(METRICS).filter(([, { event }]) => events.includes(event));
  assert.equal(new Set(rows.map(([, { event }]) => event)).size, events.length);
  for (const [name, { event, where = {}, field, dimension }] of rows) {
    const counted = all.filter(
      (each) => each['event'] === event && Object.entries(where).every(([key, value]) => each[key] === value),
    );
    assert.ok(counted.length > 0, name);
    for (const each of counted) {
      if (field !== undefined) assert.equal(typeof each[field], 'number', name);
      if (dimension !== undefined) assert.equal(typeof each[dimension.field], 'string', name);
    }
  }
});

test('an entry is due from when its body is stored, however long that took', async () => {
  const { enqueued, start } = await store({});
  assert.deepEqual(
    enqueued.map(({ arrived, due }) => [arrived, due]),
    [[start + TAKES, start + TAKES]],
  );
});

suite('the trace header', () => {
  const TLS = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', bits: 256 };

  function traceOf(
    set: NonNullable<Ports['set']>,
    facts: { readonly login?: string; readonly helo?: boolean } = {},
  ): string {
    const { effects: asked, written } = effects({ set });
    const client = new TestSession({}, true);
    if (facts.helo !== false) client.lines('EHLO home.example.jp');
    const { login } = facts;
    asked.receiveBody({ ...client.session, ...(login !== undefined && { login }) }, ENVELOPE, () => TLS);
    return written[0]?.toString() ?? '';
  }

  test('names the client, and by default neither its login nor its cipher', () => {
    const trace = traceOf({}, { login: 'aaa@example.jp' });
    assert.match(trace, /^Received: from home\.example\.jp \(unknown \[192\.0\.2\.1\]\)\r\n\tby .* with ESMTPSA id /);
    assert.doesNotMatch(trace, /aaa@|TLS_/);
  });

  test('tells them where the settings say so', () => {
    const set = { smtpd_tls_received_header: true, smtpd_sasl_authenticated_header: true };
    const trace = traceOf(set, { login: 'aaa@example.jp' });
    assert.match(trace, /\(using TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384 \(256\/256 bits\)\)\r\n/);
    assert.match(trace, /\(No client certificate requested\)\r\n\t\(Authenticated sender: aaa@example\.jp\)\r\n/);
    assert.match(traceOf({ ...set, smtpd_tls_ask_ccert: true }), /\(Client did not present a certificate\)/);
  });

  test('with smtpd_hide_client_session says nothing of the client, whatever else is to be told', () => {
    const set = {
      smtpd_hide_client_session: true,
      smtpd_tls_received_header: true,
      smtpd_sasl_authenticated_header: true,
    };
    const trace = traceOf(set, { login: 'aaa@example.jp' });
    assert.match(
      trace,
      /^Received: by relay\.example\.jp \(OP25B-Relay\) id \S+\r\n\tfor <friend@example\.com>; .*\r\n$/,
    );
    assert.doesNotMatch(trace, /192\.0\.2|home|aaa@|ESMTP|TLS/);
  });

  test('calls a client without EHLO by its name, as Postfix does', () => {
    assert.match(traceOf({}, { helo: false }), /^Received: from unknown \(unknown \[/);
  });
});

test('the submission services hide the client by default, and the smtp service does not', () => {
  const { services } = loadSettings(undefined, { hostname: 'relay.example.jp' });
  const hides = ['smtp', 'submission', 'smtps'].map((name) => services.get(name)?.smtpd_hide_client_session);
  assert.deepEqual(hides, [false, true, true]);
});
