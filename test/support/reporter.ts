// What `npm test` prints: node:test's own report, and in its summary how many tests of the contract suites ran on which
// provider. A contract suite is called "the queue of AWS (dynalite)": the port, then the provider.

import { Transform } from 'node:stream';
import { spec } from 'node:test/reporters';
import type { TestEvent } from 'node:test/reporters';

const SUITE = /^the (?<port>.+?) of (?<provider>.+)$/;

class ContractCount {
  readonly #byProvider = new Map<string, number>();
  /** A suite's event comes behind those of its tests. */
  #sinceSuite = 0;

  see({ type, data }: TestEvent): void {
    if (type !== 'test:pass' && type !== 'test:fail') return;
    if (!data.file?.includes('/test/contracts/')) return;
    if (data.details.type !== 'suite') {
      if (data.skip === undefined) this.#sinceSuite += 1;
      return;
    }
    const provider = SUITE.exec(data.name)?.groups?.['provider'];
    if (provider !== undefined)
      this.#byProvider.set(provider, (this.#byProvider.get(provider) ?? 0) + this.#sinceSuite);
    this.#sinceSuite = 0;
  }

  get text(): string {
    return [...this.#byProvider].map(([provider, count]) => `${count} on ${provider}`).join(', ');
  }
}

/** node:test wants a reporter as a default export. */
export default class Reporter extends Transform {
  constructor() {
    super({ writableObjectMode: true });
    const report = new spec();
    const count = new ContractCount();
    report.on('data', (piece: string) => this.push(piece));
    this._transform = (event: TestEvent, _encoding, done) => {
      count.see(event);
      if (isSummary(event) && count.text !== '') {
        const data = { ...event.data, message: `contract tests: ${count.text}` };
        report.write({ ...event, data });
      }
      report.write(event, done);
    };
    this._flush = (done) => {
      report.once('end', () => done());
      report.end();
    };
  }
}

function isSummary(event: TestEvent): event is TestEvent & { type: 'test:diagnostic' } {
  return event.type === 'test:diagnostic' && event.data.nesting === 0 && /^tests \d+$/.test(event.data.message);
}
