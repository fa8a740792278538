// What each program may do, by the policies of the synthesised template, is what it was seen to do; and the proof of it can fail.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { everyCall, type EveryCall } from '../support/aws/every-call.ts';
import { programsOf } from '../support/infra/deployed-programs.ts';
import { type Grant, grantsOf, iamProblems, isUncalled } from '../support/infra/iam-proof.ts';
import { resourcesOf, type Template, VARIANTS } from '../support/infra/synthesise.ts';
import { synthesiseUnchecked } from '../support/infra/unchecked.ts';

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: object };

const { home, ...others } = VARIANTS;
const seen: EveryCall[] = [];

for (const [variant, options] of Object.entries(others)) {
  test(`${variant}: programs may do what they do, and nothing else`, async (t) => {
    const found = await everyCall(t, options);
    seen.push(found);
    assert.deepEqual(iamProblems(found.calls, found.template), []);
  });
}

test('home: programs may do what they may in scale', () => {
  const granted = (template: Template): Map<string, Grant[]> =>
    new Map(programsOf(template).map(({ name, role }) => [name, grantsOf(template, role)]));
  assert.deepEqual(granted(synthesiseUnchecked(home)), granted(synthesiseUnchecked(VARIANTS['scale'])));
});

/** One statement for each action on each resource: each is one grant. */
function single(statement: Statement): Statement[] {
  return [statement.Resource].flat().flatMap((Resource) => {
    return [statement.Action].flat().map((Action) => ({ ...statement, Action, Resource }));
  });
}

/** The problems when one program has other grants: `change` gets each as a statement of its own. */
function problemsWith(
  { template, calls }: EveryCall,
  role: string,
  change: (statements: Statement[]) => Statement[],
): string[] {
  const changed = structuredClone(template);
  for (const [, { Properties }] of resourcesOf(changed, 'AWS::IAM::Policy')) {
    if (!JSON.stringify(Properties['Roles']).includes(`"${role}"`)) continue;
    const document = Properties['PolicyDocument'] as { Statement: Statement[] };
    document.Statement = change(document.Statement.flatMap(single));
  }
  return iamProblems(calls, changed);
}

suite('the proof', () => {
  const cases = () => seen.flatMap((found) => programsOf(found.template).map((program) => ({ found, ...program })));

  test('finds each grant that is taken away', () => {
    let taken = 0;
    for (const { found, name, role } of cases()) {
      for (const [i, grant] of grantsOf(found.template, role).entries()) {
        if (isUncalled(name, grant)) continue;
        const problems = problemsWith(found, role, (statements) => statements.toSpliced(i, 1));
        assert.ok(
          problems.some((problem) => problem.startsWith(`${name} may not ${grant.action} on `)),
          `${name} ${grant.action} ${grant.resource}: ${problems.join('; ')}`,
        );
        taken += 1;
      }
    }
    assert.ok(taken >= 100, `only ${taken}`);
  });

  test('finds a grant that no call needs, and one on everything', () => {
    const unneeded = {
      Effect: 'Allow',
      Action: 'dynamodb:DeleteTable',
      Resource: { 'Fn::GetAtt': ['QueueTable', 'Arn'] },
    };
    for (const { found, name, role } of cases()) {
      assert.deepEqual(
        problemsWith(found, role, (statements) => [...statements, unneeded]),
        [`${name} may dynamodb:DeleteTable on QueueTable, and never does`],
      );
      const problems = problemsWith(found, role, (all) => all.map((each) => ({ ...each, Resource: '*' })));
      assert.ok(problems.some((problem) => problem.endsWith(' on *, which is wide, and nobody says why')));
    }
  });

  test('finds a condition that a call does not meet, or that is not known', () => {
    const inZone = cases().filter(({ environment }) => 'HOSTED_ZONE' in environment);
    assert.ok(inZone.length > 0);
    for (const { found, name, role } of inZone) {
      for (const condition of [
        { 'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsRecordTypes': ['MX'] } },
        { StringLike: { 'aws:PrincipalTag/relay': ['*'] } },
      ]) {
        const problems = problemsWith(found, role, (statements) =>
          statements.map((each) => (each.Condition === undefined ? each : { ...each, Condition: condition })),
        );
        assert.ok(
          problems.some((problem) => problem.startsWith(`${name} may not route53:ChangeResourceRecordSets on `)),
        );
      }
    }
  });

  test('finds a call that nobody has looked up, and what a policy on a resource allows', () => {
    const [found] = seen;
    assert.ok(found !== undefined);
    const call = { program: 'policy', service: 'dynamodb', operation: 'TransactWriteItems', resource: 'QueueTable' };
    assert.deepEqual(iamProblems([...found.calls, call], found.template), [
      'policy: no IAM action is known for dynamodb:TransactWriteItems',
    ]);
    const open = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Principal: '*' };
    const opened = structuredClone(found.template);
    const policies = resourcesOf(opened, 'AWS::S3::BucketPolicy');
    for (const [, { Properties }] of policies)
      (Properties['PolicyDocument'] as { Statement: object[] }).Statement.push(open);
    assert.equal(iamProblems(found.calls, opened).length, policies.length);
  });
});
