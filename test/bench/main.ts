// `npm run bench -- WHAT [OPTIONS]`: each measurement has its own file, which says what it measures and what it needs.
//   listener     the relay beside its peers (listener.ts); also without WHAT
//   prepare      fetches the peers that Debian does not install side by side (peers/prepare.ts), which `listener` else does first
//   cold-start   the Lambda bundles (cold-start.ts)
//   idle         what a session that waits takes in memory (idle.ts)
//   decoder      what the body's decoder costs (decoder.ts)

import { measureColdStarts } from './cold-start.ts';
import { measureDecoder } from './decoder.ts';
import { measureIdleSessions } from './idle.ts';
import { measureListener } from './listener.ts';
import { preparePeers } from './peers/prepare.ts';

const [first = '', ...rest] = process.argv.slice(2);
const [what, options] = first === '' || first.startsWith('-') ? ['listener', process.argv.slice(2)] : [first, rest];

switch (what) {
  case 'listener':
    await measureListener(options);
    break;
  case 'prepare':
    console.log(await preparePeers());
    break;
  case 'cold-start':
    await measureColdStarts();
    break;
  case 'idle':
    await measureIdleSessions();
    break;
  case 'decoder':
    measureDecoder();
    break;
  default:
    throw new Error(`nothing is measured as ${what}; there are listener, prepare, cold-start, idle and decoder`);
}
