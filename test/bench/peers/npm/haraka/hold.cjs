// Haraka's plugin for the benchmark: each message a file of its own, on the disk before the 250, since Haraka's own queue syncs
// nothing. Under its last name at once and without a sync of the folder, as Postfix does it: the least that keeps a message.

const { createWriteStream } = require('node:fs');
const { join } = require('node:path');
const { finished } = require('node:stream');

exports.register = function () {
  this.register_hook('queue', 'hold');
  this.register_hook('queue_outbound', 'hold');
};

exports.hold = function (next, connection) {
  const { uuid, message_stream: message } = connection.transaction;
  const file = createWriteStream(join(process.env.SPOOL, uuid), { flush: true });
  finished(file, (error) => (error ? next(DENYSOFT, error.message) : next(OK)));
  message.pipe(file);
};
