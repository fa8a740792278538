// Amazon SES: an identity for each domain that the relay sends for, with Easy DKIM and a MAIL FROM domain of its own, and the
// configuration set that every message is sent with. Their DNS records go into the zone where it is theirs, and are printed
// where it is not. Bounces come back by mail (feedback forwarding). Identities and their records outlive the stack: mail may depend
// on them. So they know nothing of the configuration set, which does not: an identity whose default set is gone sends nothing.

import { CfnOutput, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import {
  type CfnEmailIdentity,
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  Identity,
  MailFromBehaviorOnMxFailure,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { allow, type Program } from './program.ts';

export type SendingProps = {
  /** Whether mail goes out by Amazon SES at all. */
  readonly enabled: boolean;
  readonly identities: readonly string[];
  /** What messages are sent with: `name` empty for none; `isOurs`: made here. */
  readonly configurationSet: { readonly name: string; readonly isOurs: boolean };
  /** Empty: the stack's. */
  readonly region: string;
  readonly zone: { readonly id: string; readonly covers: (name: string) => boolean } | undefined;
};

/** `value` as in a zone file: names end with a dot. */
type DnsRecord = { readonly name: string; readonly type: 'CNAME' | 'MX' | 'TXT'; readonly value: string };

/** Of the domain: where bounces go to, so that SPF is the domain's own. */
const MAIL_FROM = 'bounce';
const TTL = '1800';
/** But not where the stack's own first deployment fails: the name would be taken at the next. */
const KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

export class Sending extends Construct {
  readonly #props: SendingProps;

  constructor(scope: Construct, id: string, props: SendingProps) {
    super(scope, id);
    this.#props = props;
    const { name: configurationSetName, isOurs } = props.configurationSet;
    if (isOurs) {
      new ConfigurationSet(this, 'ConfigurationSet', {
        configurationSetName,
        // A recipient whose server has no TLS still gets mail, as from any mail server.
        tlsPolicy: ConfigurationSetTlsPolicy.OPTIONAL,
        reputationMetrics: true,
      });
    }
    for (const domain of props.identities) this.#identity(domain);
  }

  grantSend(program: Program): void {
    const { enabled, region, configurationSet } = this.#props;
    if (!enabled) return;
    const { account, region: here } = Stack.of(this);
    const ses = `arn:aws:ses:${region || here}:${account}`;
    const { name } = configurationSet;
    const sets = name === '' ? [] : [`${ses}:configuration-set/${name}`];
    allow(program, ['ses:SendRawEmail'], [`${ses}:identity/*`, ...sets]);
    Validations.of(program).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:ses:${region || '<AWS::Region>'}:<AWS::AccountId>:identity/*]`,
      reason:
        "The account's identities are what SES itself lets it send for. Refused by IAM, a message from another domain would " +
        'look like a fault of the relay and wait for days; refused by SES, it fails with its reason.',
    });
  }

  grantReadQuota(program: Program): void {
    if (!this.#props.enabled) return;
    allow(program, ['ses:GetAccount'], ['*']);
    Validations.of(program).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ses:GetAccount, the sending quota, knows no resource.',
    });
  }

  #identity(domain: string): void {
    const mailFrom = `${MAIL_FROM}.${domain}`;
    const id = pascal(domain);
    const identity = new EmailIdentity(this, id, {
      identity: Identity.domain(domain),
      feedbackForwarding: true,
      mailFromDomain: mailFrom,
      mailFromBehaviorOnMxFailure: MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
    });
    identity.applyRemovalPolicy(KEPT);
    (identity.node.defaultChild as CfnEmailIdentity).overrideLogicalId(`Identity${id}`);
    const records: DnsRecord[] = [
      ...identity.dkimRecords.map(({ name, value }): DnsRecord => ({ name, type: 'CNAME', value: `${value}.` })),
      { name: mailFrom, type: 'MX', value: `10 feedback-smtp.${Stack.of(this).region}.amazonses.com.` },
      { name: mailFrom, type: 'TXT', value: '"v=spf1 include:amazonses.com ~all"' },
    ];
    const { zone } = this.#props;
    for (const [i, { name, type, value }] of records.entries()) {
      if (zone?.covers(domain) === true) {
        const record = { hostedZoneId: zone.id, name, type, ttl: TTL, resourceRecords: [value] };
        new CfnRecordSet(this, `${id}Record${i + 1}`, record).applyRemovalPolicy(KEPT);
      } else {
        new CfnOutput(Stack.of(this), `Record${id}${i + 1}`, {
          description: `A DNS record that ${domain} wants`,
          value: `${name}. ${TTL} IN ${type} ${value}`,
        });
      }
    }
  }
}

/** `mail.example.jp` → `MailExampleJp`: two domains that differ only in hyphens are told apart by them. */
function pascal(domain: string): string {
  return domain
    .replaceAll('-', 'Hyphen')
    .replaceAll('_', 'Underscore')
    .split('.')
    .map((label) => `${label.slice(0, 1).toUpperCase()}${label.slice(1)}`)
    .join('');
}
