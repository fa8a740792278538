import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TestSession } from '../../support/session.ts';

const FOLDER = new URL('../../transcripts/', import.meta.url);

/** Plays a transcript again and writes down what was said: the same text, if the engine answers as it should. */
function replay(text: string): string {
  const lines = text.split('\n');
  const settings = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^@set (\S+) (.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, JSON.parse(value) as unknown]];
    }),
  );
  const session = new TestSession(settings, lines.includes('@tls'));
  const out: string[] = [];
  const said = (wire: string): void =>
    void out.push(
      ...wire
        .split('\r\n')
        .slice(0, -1)
        .map((line) => `S: ${line}`),
    );
  let burst: string[] = [];
  let isGreeted = false;
  for (const line of lines) {
    if (line.startsWith('C: ')) {
      burst.push(line.slice(3));
      out.push(line);
      continue;
    }
    if (burst.length > 0) said(session.lines(...burst));
    burst = [];
    if (line.startsWith('S: ')) {
      if (!isGreeted) said(session.input({ kind: 'connect' }));
      isGreeted = true;
      continue;
    }
    out.push(line);
    if (line.startsWith('@end')) said(session.end(JSON.parse(line.slice(4) || '{}') as object));
  }
  return out.join('\n');
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))) {
  test(`transcript ${file}`, () => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    assert.equal(replay(text), text);
  });
}
