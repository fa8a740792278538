import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { METRICS } from '#shared/config/metrics.ts';
import { emittedByMeter, neverEmitted } from '../support/infra/metric-proof.ts';
import { alarmsOf, type ShownMetric, shownMetrics } from '../support/infra/shown-metrics.ts';
import { resourcesOf, VARIANTS } from '../support/infra/synthesise.ts';
import { synthesiseUnchecked } from '../support/infra/unchecked.ts';

const NAMESPACE = 'op25b-relay';
const templates = Object.entries(VARIANTS).map(([variant, options]) => {
  const level: 'home' | 'scale' = options.context?.['profile'] === 'home' ? 'home' : 'scale';
  return { variant, level, template: synthesiseUnchecked(options) };
});
const homeWithDashboard = synthesiseUnchecked({ context: { profile: 'home', dashboard: 'yes' } });

suite('what a dashboard or an alarm shows is emitted, or is AWS’s own', () => {
  for (const { variant, level, template } of templates) {
    test(variant, () => {
      const shown = shownMetrics(template);
      assert.ok(shown.length > 0);
      assert.deepEqual(neverEmitted(shown, emittedByMeter(NAMESPACE, level)), []);
    });
  }

  test('a dashboard of a home relay, too', () => {
    const shown = shownMetrics(homeWithDashboard);
    assert.ok(shown.some(({ where }) => where === 'widget Recipients'));
    assert.deepEqual(neverEmitted(shown, emittedByMeter(NAMESPACE, 'home')), []);
  });
});

suite('what is not emitted is found', () => {
  const canaries: [string, Omit<ShownMetric, 'where'>][] = [
    ['a name that no program says', { namespace: NAMESPACE, metric: 'Acccepted', dimensions: [] }],
    ['another namespace', { namespace: 'relay', metric: 'Accepted', dimensions: [] }],
    ['a dimension that is not emitted', { namespace: NAMESPACE, metric: 'Accepted', dimensions: ['service'] }],
    ['a dimension that is left out', { namespace: NAMESPACE, metric: 'Refused', dimensions: [] }],
    ['a metric that AWS does not have', { namespace: 'AWS/SES', metric: 'Deliveries', dimensions: [] }],
    ['a dimension that AWS does not have', { namespace: 'AWS/Lambda', metric: 'Errors', dimensions: ['Function'] }],
  ];
  for (const [what, metric] of canaries) {
    test(what, () => {
      const found = neverEmitted([{ ...metric, where: 'alarm Canary' }], emittedByMeter(NAMESPACE, 'scale'));
      assert.equal(found.length, 1);
    });
  }

  test('a metric that only scale emits, shown to a home relay', () => {
    const canary = { namespace: NAMESPACE, metric: 'Connections', dimensions: [], where: 'widget Canary' };
    assert.equal(neverEmitted([canary], emittedByMeter(NAMESPACE, 'home')).length, 1);
    assert.deepEqual(neverEmitted([canary], emittedByMeter(NAMESPACE, 'scale')), []);
  });
});

suite('a home relay watches at little cost', () => {
  const homes = templates.filter(({ level }) => level === 'home');

  test('at most ten alarms', () => {
    for (const { template } of homes) assert.ok(alarmsOf(template).length <= 10);
  });

  test('at most ten metrics of its own', () => {
    assert.ok(new Set(emittedByMeter(NAMESPACE, 'home').map(({ name }) => name)).size <= 10);
    assert.ok(Object.values(METRICS).filter(({ home }) => home).length <= 10);
  });

  test('no dashboard, unless it is asked for', () => {
    for (const { template } of homes) assert.deepEqual(resourcesOf(template, 'AWS::CloudWatch::Dashboard'), []);
    assert.equal(resourcesOf(homeWithDashboard, 'AWS::CloudWatch::Dashboard').length, 1);
  });
});

suite('an alarm is heard', () => {
  for (const { variant, template } of templates) {
    test(`${variant}: each tells one topic when it begins and when it ends`, () => {
      const [[topic] = ['']] = resourcesOf(template, 'AWS::SNS::Topic');
      for (const [name, { Properties }] of alarmsOf(template)) {
        assert.deepEqual(Properties['AlarmActions'], [{ Ref: topic }], name);
        assert.deepEqual(Properties['OKActions'], [{ Ref: topic }], name);
      }
    });
  }

  test('alarmEmail listens there', () => {
    const subscriptions = templates.flatMap(({ variant, template }) =>
      resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Properties }]) => [variant, Properties['Endpoint']]),
    );
    assert.deepEqual(subscriptions, [['everything by Amazon SES', 'postmaster@example.jp']]);
  });

  test('CloudWatch may tell that topic, which has a policy of its own', () => {
    for (const { template } of templates) {
      const policies = JSON.stringify(resourcesOf(template, 'AWS::SNS::TopicPolicy'));
      assert.match(policies, /"Service":"cloudwatch\.amazonaws\.com"/);
    }
  });
});
