// What a program may change in a Route 53 zone: records of one name and one type, and no other.

import { Validations } from 'aws-cdk-lib';
import { allow, type Program } from './program.ts';

export type Records = { readonly zoneId: string; readonly name: string; readonly type: 'A' | 'TXT' };

export function grantRecords(program: Program, { zoneId, name, type }: Records): void {
  allow(program, ['route53:ChangeResourceRecordSets'], [`arn:aws:route53:::hostedzone/${zoneId}`], {
    'ForAllValues:StringEquals': {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name.toLowerCase()],
      'route53:ChangeResourceRecordSetsRecordTypes': [type],
      'route53:ChangeResourceRecordSetsActions': ['UPSERT', 'DELETE'],
    },
  });
  allow(program, ['route53:GetChange'], ['arn:aws:route53:::change/*']);
  program.tell('HOSTED_ZONE', zoneId);
  Validations.of(program).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::arn:aws:route53:::change/*]',
    reason: 'A change has an id only when it is made, and reading whether it has arrived tells nothing else.',
  });
}
