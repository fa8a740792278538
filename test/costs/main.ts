// Prints docs/costs.md from the synthesised templates and the prices: `node test/costs/main.ts > docs/costs.md`. The page is never
// edited by hand; test/costs/costs.test.ts holds it against the computation, and the sums against their bounds.

import { costsPage } from './page.ts';
import { profiles } from './profiles.ts';

console.log(costsPage(profiles()).trimEnd());
