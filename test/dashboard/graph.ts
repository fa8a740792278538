// One graph: axes, lines, and a legend below them.

import type { Point, Series, Span } from './series.ts';
import { GREY, round, text } from './shapes.ts';

const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#17becf'];
const MARGIN = { left: 46, right: 20, top: 36, bottom: 46 };
const STEPS = 4;
const TIMES = 4;
/** Pixels of a letter of the legend, about. */
const LETTER = 6;

export function graph(
  all: readonly Series[],
  size: { readonly width: number; readonly height: number },
  span: Span,
): string {
  const width = size.width - MARGIN.left - MARGIN.right;
  const height = size.height - MARGIN.top - MARGIN.bottom;
  const top = niceTop(Math.max(...all.flatMap(({ points }) => points.map(({ value }) => value))));
  const x = (at: number): number => MARGIN.left + (width * (at - span.from)) / (span.to - span.from);
  const y = (value: number): number => MARGIN.top + height * (1 - value / top);
  const levels = Array.from({ length: STEPS + 1 }, (_, i) => (top * i) / STEPS);
  const grid = levels.map(
    (level) =>
      `<path d="M${MARGIN.left} ${round(y(level))}h${width}" stroke="#eaeded"/>${text(MARGIN.left - 6, y(level) + 3.5, short(level), { size: 10, fill: GREY, anchor: 'end' })}`,
  );
  const times = Array.from({ length: TIMES + 1 }, (_, i) => span.from + ((span.to - span.from) * i) / TIMES);
  const seconds = times.map((at) =>
    text(x(at), size.height - MARGIN.bottom + 15, clock(at - span.from), { size: 10, fill: GREY, anchor: 'middle' }),
  );
  const lines = all.map(({ points }, i) => line(points, x, y, COLOURS[i % COLOURS.length] ?? ''));
  return [...grid, ...seconds, ...lines, legend(all, size)].join('');
}

function line(
  points: readonly Point[],
  x: (at: number) => number,
  y: (value: number) => number,
  colour: string,
): string {
  const places = points.map(({ at, value }) => `${round(x(at))} ${round(y(value))}`);
  const dots = places.map((place) => {
    const [cx, cy] = place.split(' ');
    return `<circle cx="${cx}" cy="${cy}" r="2.2" fill="${colour}"/>`;
  });
  const path =
    places.length > 1 ? `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="1.6"/>` : '';
  return path + dots.join('');
}

function legend(
  all: readonly Series[],
  { width, height }: { readonly width: number; readonly height: number },
): string {
  let x = 12;
  const entries: string[] = [];
  for (const [i, { label }] of all.entries()) {
    const wanted = 18 + label.length * LETTER + 12;
    if (x + wanted > width - 16) {
      entries.push(text(x, height - 9, '…', { size: 11, fill: GREY }));
      break;
    }
    const colour = COLOURS[i % COLOURS.length];
    entries.push(
      `<rect x="${x}" y="${height - 17}" width="10" height="10" rx="2" fill="${colour}"/>${text(x + 15, height - 8, label, { size: 11 })}`,
    );
    x += wanted;
  }
  return entries.join('');
}

/** The next of 1, 2, 4, 5, 8 and so on, which four steps divide well. */
function niceTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 5, 8, 10].find((digit) => digit * power >= most) ?? 10) * power;
}

function short(value: number): string {
  return value >= 10_000 ? `${value / 1000}k` : String(Number(value.toPrecision(3)));
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
