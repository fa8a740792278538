// The tables of directory.db with failed logins and known clients, as the store's thread sees them: operations for
// directory-database.ts. A row whose time is past goes when others come.

import type { DatabaseSync } from 'node:sqlite';
import type { ClientRecord, Failures } from '#shared/ports/login-failures.ts';

export const LOGIN_FAILURE_STEP = `CREATE TABLE login_failure (
     subject TEXT NOT NULL, name TEXT NOT NULL, forgiven_at INTEGER NOT NULL, PRIMARY KEY (subject, name)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX login_failure_forgiven ON login_failure (forgiven_at);
   CREATE TABLE known_client (
     client TEXT NOT NULL, login TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (client, login)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX known_client_until ON known_client (until);`;

export function loginFailureTables(database: DatabaseSync) {
  const forget = database.prepare('DELETE FROM login_failure WHERE forgiven_at < ?');
  const add = database.prepare(
    `INSERT INTO login_failure VALUES (?1, ?2, ?3 + ?4)
     ON CONFLICT DO UPDATE SET forgiven_at = max(forgiven_at, ?3) + ?4 WHERE forgiven_at < ?3 + ?5`,
  );
  const find = database.prepare('SELECT forgiven_at FROM login_failure WHERE subject = ? AND name = ?');
  const know = database.prepare(
    `INSERT INTO known_client VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET until = max(until, excluded.until)`,
  );
  const known = database.prepare('SELECT login, until FROM known_client WHERE client = ?', { returnArrays: true });
  const forgetKnown = database.prepare('DELETE FROM known_client WHERE until < ?');

  const forgivenAt = (of: Failures['of'], name: string): number => Number(find.get(of, name)?.['forgiven_at'] ?? 0);

  return {
    durable: {
      addFailures({ of, name, time, most, now }: Failures): void {
        forget.run(now);
        forgetKnown.run(now);
        add.run(of, name, now, time, most);
      },
      know(client: string, login: string, until: number): void {
        know.run(client, login, until);
      },
    },
    passing: {
      forgivenAt,
      clientRecord: (client: string): ClientRecord => ({
        forgivenAt: forgivenAt('client', client),
        known: new Map(known.all(client) as unknown as [string, number][]),
      }),
    },
  };
}
