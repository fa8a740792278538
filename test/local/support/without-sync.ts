// Preloaded into a relay (NODE_OPTIONS=--import=…) to prove that the durability test can fail: SQLite no longer syncs.

import { DatabaseSync } from 'node:sqlite';

const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (sql: string): void {
  exec.call(this, sql.replace('synchronous = FULL', 'synchronous = OFF'));
};
