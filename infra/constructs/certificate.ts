// The certificate program: looks every hour whether it is time to renew, proves by a TXT record that the name is ours (DNS-01), and
// puts the new certificate into the secret that the listener reads. Without a zone there is no such program: the operator puts
// a certificate into the secret with relayctl.

import { Construct } from 'constructs';
import { CERTIFICATE_INTERVAL, CERTIFICATE_TIMEOUT } from '#shared/config/timing.ts';
import { grantRecords } from './hosted-zone.ts';
import { allow, LambdaProgram, type ProgramsProps } from './program.ts';
import { Schedule } from './schedule.ts';
import type { Stores } from './stores.ts';

export type CertificateProps = {
  readonly stores: Stores;
  readonly programs: ProgramsProps;
  readonly zoneId: string;
  /** myhostname: what the certificate is for. */
  readonly hostname: string;
  readonly acme: {
    /** The authority's URL. */
    readonly directory: string;
    /** Where it writes to; may be empty. */
    readonly email: string;
    /** The ARN of the secret with its external account binding; may be empty. */
    readonly externalAccount: string;
    /** A second certificate, with an RSA key. */
    readonly rsa: boolean;
  };
};

export class Certificate extends Construct {
  readonly program: LambdaProgram;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, { stores, programs, zoneId, hostname, acme }: CertificateProps) {
    super(scope, id);
    this.program = new LambdaProgram(this, 'Program', {
      ...programs,
      name: 'certificate',
      description: 'Renews the certificate of the listener',
      memory: 256,
      timeout: CERTIFICATE_TIMEOUT,
    });
    stores.grantRenewCertificate(this.program);
    grantRecords(this.program, { zoneId, name: `_acme-challenge.${hostname}`, type: 'TXT' });
    this.program.tell('ACME_DIRECTORY', acme.directory);
    if (acme.email !== '') this.program.tell('ACME_EMAIL', acme.email);
    if (acme.rsa) this.program.tell('CERTIFICATE_KEYS', 'ecdsa,rsa');
    if (acme.externalAccount !== '') {
      // Without the six random characters that end a full ARN, as the console shows it.
      allow(this.program, ['secretsmanager:GetSecretValue'], [acme.externalAccount, `${acme.externalAccount}-??????`]);
      this.program.tell('ACME_EXTERNAL_ACCOUNT', acme.externalAccount);
    }
    this.schedule = new Schedule(this, 'Clock', { program: this.program, interval: CERTIFICATE_INTERVAL });
  }
}
