// The sending quota of Amazon SES, in the client's region. Nothing is kept: who asks once a minute stays far below the one
// call a second that SES allows. Faults: faults.ts.

import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Quota, SendingQuota } from '#shared/ports/quota.ts';
import { toFault } from './faults.ts';

/** SES's word for no limit. */
const UNLIMITED = -1;

export class SesQuota implements SendingQuota {
  readonly #client: SESv2Client;

  constructor({ client }: { client: SESv2Client }) {
    this.#client = client;
  }

  async current(): Promise<Quota> {
    try {
      const { SendQuota = {}, SendingEnabled = false } = await this.#client.send(new GetAccountCommand({}));
      const { Max24HourSend = 0, SentLast24Hours = 0, MaxSendRate = 0 } = SendQuota;
      return {
        max24Hours: Max24HourSend === UNLIMITED ? Infinity : Max24HourSend,
        sent24Hours: SentLast24Hours,
        maxRate: MaxSendRate,
        sendingEnabled: SendingEnabled,
      };
    } catch (error) {
      throw toFault(error, 'the sending quota could not be read');
    }
  }
}
