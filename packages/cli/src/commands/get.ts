import { TidemarkError } from '@tidemark/domain';
import { Command } from 'commander';
import { failureOf } from '../output/exit-codes.ts';
import { createReporter } from '../output/reporter.ts';
import { printTable } from '../output/table.ts';
import { findEngine } from '../stage/engine-file.ts';
import { dataOption, jsonOption } from './shared-options.ts';

interface Options {
  readonly data: string;
  readonly api?: string;
  readonly token?: string;
  readonly json: boolean;
}

interface Answer {
  readonly asOf: string;
  readonly rows: readonly {
    readonly features: Readonly<Record<string, { value: unknown; eventTime: string | null; status: string }>>;
  }[];
}

export const getCommand = () =>
  new Command('get')
    .description('ask the API for the features of one entity')
    .argument('<view>', 'name of the view')
    .argument('<key=value...>', 'keys of the view, such as origin=ATL')
    .option('--api <url>', 'the API to ask (default: that of the running engine)')
    .option('--token <jwt>', 'token for the API (default: that of the running engine)')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (view: string, pairs: string[], options: Options) => {
      const reporter = createReporter(options.json);
      const engine = options.api === undefined ? findEngine(options.data) : undefined;
      const api = options.api ?? engine?.api;
      const token = options.token ?? engine?.token;
      if (api === undefined || token === undefined) {
        throw new TidemarkError(
          'REQUEST_MALFORMED',
          `no engine runs over ${options.data}: start one with \`tidemark dev\`, or give --api and --token`,
        );
      }
      const answer = await fetch(`${api}/features/${encodeURIComponent(view)}?${new URLSearchParams(pairs.map(parsePair))}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const body = await answer.text();
      if (!answer.ok) throw problemOf(answer.status, body);
      const { asOf, rows } = JSON.parse(body) as Answer;
      reporter.line(`${view} as of ${asOf}`);
      reporter.line(
        printTable(
          ['feature', 'value', 'event time', 'status'],
          Object.entries(rows[0]?.features ?? {}).map(([name, one]) => [
            name,
            one.value === null ? '–' : String(one.value),
            one.eventTime ?? '–',
            one.status,
          ]),
        ),
      );
      reporter.result(JSON.parse(body));
    });

function parsePair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new TidemarkError('REQUEST_MALFORMED', 'keys are given as name=value, such as origin=ATL');
  return [text.slice(0, at), text.slice(at + 1)];
}

function problemOf(status: number, body: string): Error {
  try {
    const { code, detail, message } = JSON.parse(body) as { code?: string; detail?: string; message?: string };
    return failureOf(code, `${status} ${detail ?? message}`);
  } catch {
    return failureOf(undefined, `${status} ${body}`);
  }
}
