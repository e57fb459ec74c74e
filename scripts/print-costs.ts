/** Prints docs/costs.md from counts, topology and prices: `node scripts/bootstrap.mjs scripts/print-costs.ts > docs/costs.md`. */
import { printCosts } from './costs/print-page.ts';

process.stdout.write(printCosts());
