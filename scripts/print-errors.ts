/** Prints docs/errors.md from the registry: `node scripts/bootstrap.mjs scripts/print-errors.ts > docs/errors.md`. */
import { errorRegistry } from '@tidemark/domain';

const who = { caller: 'the caller or the data', us: 'Tidemark', dependency: 'a service that is called' } as const;
const rows = Object.entries(errorRegistry).map(
  ([code, { fault, retryable, status, meaning }]) =>
    `| \`${code}\` | ${who[fault]} | ${retryable ? 'yes' : 'no'} | ${status} | ${meaning} |`,
);
process.stdout.write(`# Errors

Every code that Tidemark answers with. Codes are stable; messages may change. This page is printed from
\`packages/domain/src/errors.ts\`, and a test holds the two together.

| Code | Whose fault | Retry helps | HTTP status | Meaning |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`);
