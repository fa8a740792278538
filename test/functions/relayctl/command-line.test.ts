import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PermanentFault, TemporaryFault } from '#shared/ports/faults.ts';
import { MemoryDirectory } from '../../support/memory-ports.ts';
import { operator } from './support/operator.ts';

const MAIN = join(import.meta.dirname, '../../../functions/relayctl/main.ts');

function relayctl(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(MAIN, args, { encoding: 'utf8' });
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'relayctl-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

function failing(error: Error): MemoryDirectory {
  const directory = new MemoryDirectory();
  directory.accounts = () => Promise.reject(error);
  return directory;
}

test('a folder that is missing or holds no relay is refused, and nothing is made', async (t) => {
  const empty = await folder(t);
  await mkdir(join(empty, 'other'));
  await writeFile(join(empty, 'file'), '');
  for (const name of ['missing', 'other', 'file']) {
    const data = join(empty, name);
    const { status, stdout, stderr } = relayctl('--data', data, 'account', 'list');
    assert.deepEqual(
      { status, stdout, stderr },
      {
        status: 1,
        stdout: '',
        stderr: `relayctl: ${data} holds no relay's data; name the folder of one with --data\n`,
      },
    );
  }
  assert.deepEqual(await readdir(empty), ['file', 'other']);
  assert.deepEqual(await readdir(join(empty, 'other')), []);
});

test('a command line that is wrong is one line that says so, and exit status 2', async () => {
  const wrong: [line: string, complaint: RegExp][] = [
    ['quue', /^relayctl: unknown command 'quue' \(Did you mean queue\?\); relayctl --help shows the commands\n$/],
    ['queue list --jsn', /^relayctl: unknown option '--jsn' \(Did you mean --json\?\); /],
    ['account add', /^relayctl: missing required argument 'login'; /],
    ['account list more', /^relayctl: too many arguments .*; /],
    [
      'postfix-config --for sendmail',
      /^relayctl: .* Allowed choices are postfix, msmtp, exim, opensmtpd, nullmailer, swaks; /,
    ],
    ['postfix-config --port 65536', /^relayctl: .* It must be a number from 1 to 65535; /],
    [
      '--data d --stack s queue list',
      /^relayctl: option '--stack <name>' cannot be used with option '--data <folder>'; /,
    ],
    ['--region r queue list', /^relayctl: --region is of a relay on AWS, which --stack names; /],
    ['certificate put --cert c', /^relayctl: required option '--key <file>' not specified; /],
    ['postfix-config --host a]b', /^relayctl: .* It must be a host name or an address; /],
  ];
  for (const [line, complaint] of wrong) {
    const said = await operator().says(line);
    assert.equal(said.status, 2, line);
    assert.match(said.complaint, complaint);
    assert.match(said.complaint, /^[^\n]+\n$/);
  }
});

test("a relay is named by its data folder or by its stack; the region left out is the environment's", async () => {
  const places: [options: string, place: object, command: string][] = [
    ['', { data: 'data' }, 'npx relayctl'],
    ['--data d', { data: 'd' }, 'npx relayctl --data d'],
    ['--stack relay', { stack: 'relay' }, 'npx relayctl --stack relay'],
    [
      '--stack relay --region ap-northeast-1',
      { stack: 'relay', region: 'ap-northeast-1' },
      'npx relayctl --stack relay --region ap-northeast-1',
    ],
  ];
  for (const [options, place, command] of places) {
    const relay = operator();
    const printed = await relay.gets(`${options} account add aaa`);
    assert.deepEqual(relay.place(), place);
    assert.ok(printed.endsWith(`\nFor the home server: ${command} postfix-config aaa@mail.example.jp\n`), printed);
  }
});

test('without a command the usage goes to standard error', async () => {
  for (const line of ['', 'queue']) {
    const { status, complaint } = await operator().says(line);
    assert.equal(status, 2);
    assert.match(complaint, /^Usage: relayctl /);
  }
});

test('--help is no error', () => {
  const { status, stdout } = relayctl('queue', 'list', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /^Usage: relayctl queue list /);
});

test('a fault of the store is one line; only what nobody expected has a stack', async () => {
  const complaint = async (error: Error): Promise<string> => {
    const said = await operator({ directory: failing(error) }).says('account list');
    assert.equal(said.status, 1);
    return said.complaint;
  };
  assert.equal(
    await complaint(new TemporaryFault('the store has failed')),
    'relayctl: the store has failed; try again\n',
  );
  assert.equal(await complaint(new PermanentFault('no such bucket')), 'relayctl: no such bucket\n');
  assert.match(await complaint(new RangeError('a bug')), /^relayctl: RangeError: a bug\n {4}at /);
});

test('the relay is closed whatever a command does', async () => {
  for (const line of ['account list', 'account remove nobody']) {
    let closed = 0;
    const relay = operator({ close: async () => void closed++ });
    await relay.says(line);
    assert.equal(closed, 1, line);
  }
});
