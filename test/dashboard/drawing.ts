// A dashboard as an SVG: every widget where its definition puts it, with its title, its lines and its legend, much as CloudWatch
// shows them. What no data is there for says so, and is not left out.

import type { EmittedMetric } from '../support/aws/emitted-metrics.ts';
import { linesOf, type Widget } from '../support/infra/shown-metrics.ts';
import { isOfAws } from '../support/infra/metric-proof.ts';
import { graph } from './graph.ts';
import { seriesOf, type Span, spanOf } from './series.ts';
import { box, GREY, INK, LINES, text } from './shapes.ts';

/** Pixels of a column and of a row of the dashboard's grid, and between widgets. */
const COLUMN = 60;
const ROW = 42;
const GAP = 8;
const COLUMNS = 24;
const HEAD = 64;
const ALARMS_IN_A_ROW = 5;

export function drawDashboard(title: string, widgets: readonly Widget[], metrics: readonly EmittedMetric[]): string {
  const span = spanOf(metrics);
  const width = COLUMNS * COLUMN + 2 * GAP;
  const height = HEAD + Math.max(...widgets.map(({ y, height: rows }) => y + rows)) * ROW + 2 * GAP;
  const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif">
<rect width="100%" height="100%" fill="#f2f3f3"/>
${text(20, 34, title, { size: 22, bold: true })}
${text(20, 54, `A run of ${seconds(span.to - span.from)} on stand-ins for AWS, in which programs are killed and services are out. A point is ${seconds(span.step)}.`, { size: 12, fill: GREY })}
${widgets.map((widget) => draw(widget, metrics, span)).join('\n')}
</svg>
`;
}

function draw(widget: Widget, metrics: readonly EmittedMetric[], span: Span): string {
  const x = GAP + widget.x * COLUMN + GAP / 2;
  const y = HEAD + GAP + widget.y * ROW + GAP / 2;
  const size = { width: widget.width * COLUMN - GAP, height: widget.height * ROW - GAP };
  return `<g transform="translate(${x} ${y})">${content(widget, size, metrics, span)}</g>`;
}

type Size = { readonly width: number; readonly height: number };

function content(widget: Widget, size: Size, metrics: readonly EmittedMetric[], span: Span): string {
  const { title = '', markdown = '', alarms = [] } = widget.properties;
  if (widget.type === 'text') return text(6, size.height - 8, markdown.replace(/^#+ /, ''), { size: 17, bold: true });
  const frame = `${box(size)}${text(12, 22, title, { size: 13, bold: true })}`;
  if (widget.type === 'alarm') return frame + alarmNames(alarms, size);
  const lines = linesOf(widget);
  const series = lines.flatMap((line) => seriesOf(line, metrics, span));
  if (series.length > 0) return frame + graph(series, size, span);
  const why = lines.every(({ metric }) => isOfAws(metric)) ? "no data here (AWS's own)" : 'none in this run';
  const legend = lines.map(({ label, metric }) => label ?? metric.metric).join(', ');
  return [
    frame,
    text(size.width / 2, size.height / 2 + 4, why, { size: 12, fill: GREY, anchor: 'middle' }),
    text(size.width / 2, size.height / 2 + 22, legend, { size: 11, fill: '#aab7b8', anchor: 'middle' }),
  ].join('');
}

/** Their state is nothing that a run could tell. */
function alarmNames(alarms: readonly string[], { width }: Size): string {
  const cell = (width - 24) / ALARMS_IN_A_ROW;
  return alarms
    .map((name, i) => {
      const x = 12 + (i % ALARMS_IN_A_ROW) * cell;
      const y = 36 + Math.floor(i / ALARMS_IN_A_ROW) * 30;
      return `<rect x="${x}" y="${y}" width="${cell - 8}" height="24" rx="4" fill="#f8f9f9" stroke="${LINES}"/><circle cx="${x + 14}" cy="${y + 12}" r="4" fill="none" stroke="${GREY}"/>${text(x + 26, y + 16, name, { size: 12, fill: INK })}`;
    })
    .join('');
}
