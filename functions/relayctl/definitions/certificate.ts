// The words of `relayctl certificate …`, and its files.

import type { Command } from 'commander';
import { certificatePut, certificateRenew, certificateShow } from '../commands/certificate.ts';
import { readTextFile } from '../text-file.ts';
import type { Json, Tools } from './tools.ts';

export function defineCertificate(program: Command, { run, machine }: Tools): void {
  const certificate = program.command('certificate').description('the TLS certificate that clients are shown');
  certificate
    .command('show')
    .description('its names, its issuer, how long it is good for, and its fingerprint')
    .option('--json', 'one JSON object for each kind of key')
    .action(run((relay, { json = false }: Json) => certificateShow(relay, machine.now(), { json })));
  certificate
    .command('renew')
    .description('on AWS: have a new one made now, though the one there is still good')
    .action(run((relay) => certificateRenew(relay)));
  certificate
    .command('put')
    .description('on AWS: take this one, from a relay that cannot make its own')
    .requiredOption('--cert <file>', 'PEM: the certificate, then its chain')
    .requiredOption('--key <file>', 'PEM: its private key, without a passphrase')
    .action(
      run(async function* (relay, { cert, key }: { cert: string; key: string }) {
        const pair = { cert: await readTextFile(cert), key: await readTextFile(key) };
        yield* certificatePut(relay, machine.now(), pair);
      }),
    );
}
