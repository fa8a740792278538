// The table of docs/clients.md, written from the list of clients that mechanisms.test.ts runs.

import { MAIL_CLIENTS, type Mechanism } from './mail-clients.ts';

const MECHANISMS: readonly Mechanism[] = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'];
const PORTS = { STARTTLS: '587', TLS: '465' } as const;

/** In Markdown, aligned as prettier aligns it. */
export function clientsTable(): string {
  const rows = MAIL_CLIENTS.map(({ name, mechanisms, wrappings }) => [
    name,
    ...MECHANISMS.map((mechanism) => (mechanisms.includes(mechanism) ? 'yes' : '')),
    wrappings.map((wrapping) => PORTS[wrapping]).join(', '),
  ]);
  const all = [['client', ...MECHANISMS, 'ports'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
