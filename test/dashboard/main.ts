// Prints the dashboard as a picture, from its own definition in the synthesised template and the data of a run:
// `node test/dashboard/main.ts RUN.json > docs/dashboard.svg`. RUN.json is what
// test/interop/aws-line.test.ts leaves with LINE_METRICS=RUN.json: every metric that the programs emitted, with its points.

import { readFileSync } from 'node:fs';
import { drawDashboard } from './drawing.ts';
import type { EmittedMetric } from '../support/aws/emitted-metrics.ts';
import { alarmsOf, dashboardsOf } from '../support/infra/shown-metrics.ts';
import { synthesiseUnchecked } from '../support/infra/unchecked.ts';

const [, , file] = process.argv;
if (file === undefined) throw new Error('name the file with the data of a run');
const metrics = JSON.parse(readFileSync(file, 'utf8')) as readonly EmittedMetric[];
const namespace = metrics[0]?.namespace ?? '';

const template = synthesiseUnchecked({
  context: {
    stackName: namespace,
    hostname: 'relay.example.jp',
    zoneId: 'Z0123456789ABCDEFGHIJ',
    zoneName: 'example.jp',
  },
});
const [widgets = []] = dashboardsOf(template);
const names = alarmsOf(template).map(([name]) => name);
const named = widgets.map((widget) =>
  widget.type === 'alarm' ? { ...widget, properties: { ...widget.properties, alarms: names } } : widget,
);
process.stdout.write(drawDashboard(namespace, named, metrics));
