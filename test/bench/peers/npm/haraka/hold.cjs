// Haraka's plugin for the benchmark: keeps each message as a file of its own, on the disk before the 250. Haraka's own queue
// syncs nothing.

const { open, rename } = require('node:fs/promises');
const { createWriteStream } = require('node:fs');
const { finished } = require('node:stream/promises');
const { join } = require('node:path');

exports.register = function () {
  this.register_hook('queue', 'hold');
  this.register_hook('queue_outbound', 'hold');
};

exports.hold = function (next, connection) {
  keep(connection.transaction).then(
    () => next(OK),
    (error) => next(DENYSOFT, error.message),
  );
};

async function keep({ uuid, message_stream: message }) {
  const spool = process.env.SPOOL;
  const written = join(spool, `${uuid}.new`);
  const file = createWriteStream(written, { flush: true });
  message.pipe(file);
  await finished(file);
  await rename(written, join(spool, uuid));
  const folder = await open(spool);
  await folder.sync();
  await folder.close();
}
