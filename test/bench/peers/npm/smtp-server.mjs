// npm's smtp-server as a program: each message a file of its own, on the disk before the 250.
//   node smtp-server.mjs MODULES SPOOL TLS SMTP SMTPS
import { createWriteStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const [modules, spool, tls, smtp, smtps] = process.argv.slice(2);
const { SMTPServer } = createRequire(join(modules, 'package.json'))('smtp-server');

// Under its last name at once and without a sync of the folder, as Postfix does it: the least that keeps a message.
const keep = (stream, { id }) =>
  pipeline(stream, createWriteStream(join(spool, `${id}-${process.hrtime.bigint()}`), { flush: true }));

const common = {
  name: 'mail.example.jp',
  disableReverseLookup: true,
  key: readFileSync(join(tls, 'key.pem')),
  cert: readFileSync(join(tls, 'certificate.pem')),
  onData: (stream, session, done) => keep(stream, session).then(() => done(), done),
};
const strangers = new SMTPServer({
  ...common,
  authOptional: true,
  onRcptTo: ({ address }, session, done) =>
    done(address.endsWith('@example.com') ? null : new Error('relay not permitted')),
});
const members = new SMTPServer({
  ...common,
  secure: true,
  onAuth: ({ username, password }, session, done) =>
    username === 'aaa@mail.example.jp' && password === 'secret-a'
      ? done(null, { user: username })
      : done(new Error('authentication failed')),
});
for (const [server, port] of [
  [strangers, smtp],
  [members, smtps],
]) {
  // A client that goes away without a word is an error event, which would end the process.
  server.on('error', (error) => console.error(error.message));
  server.listen(Number(port), '127.0.0.1');
}
