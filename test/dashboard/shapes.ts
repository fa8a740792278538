// The few shapes that a dashboard's picture is made of.

export const INK = '#16191f';
export const GREY = '#687078';
export const LINES = '#d5dbdb';

type Style = {
  readonly size: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
};

export function text(x: number, y: number, words: string, style: Style): string {
  const { size, bold = false, fill = INK, anchor = 'start' } = style;
  const weight = bold ? ' font-weight="bold"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${weight}>${escaped(words)}</text>`;
}

export function box({ width, height }: { readonly width: number; readonly height: number }): string {
  return `<rect width="${width}" height="${height}" rx="6" fill="#ffffff" stroke="${LINES}"/>`;
}

export const round = (number: number): number => Math.round(number * 10) / 10;

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
