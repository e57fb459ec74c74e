import { type Definitions, TidemarkError, type View } from '@tidemark/domain';

export interface DatasetRequest {
  readonly view: string;
  /** `s3://bucket/key` or `s3://bucket/prefix/`: the labels, as CSV, JSON lines (plain or gzip) or Parquet. */
  readonly labels: string;
  /** Column of the labels that holds the moment to look from. */
  readonly labelTime: string;
  /** Key of the view → column of the labels, where the names differ. */
  readonly keys?: Readonly<Record<string, string>>;
  /** `before` (default): values from strictly before the label time. */
  readonly boundary?: 'before' | 'at-or-before';
  /** `event-time` (default), or what the online store really would have answered then. */
  readonly knowledge?: 'event-time' | 'arrival-time';
  /** Refuse when the history to scan is larger than this. Default 100 GB. */
  readonly scanLimitBytes?: number;
}

export interface ParsedDatasetRequest extends Required<Omit<DatasetRequest, 'view' | 'keys'>> {
  readonly view: View;
  /** Every key of the view → column of the labels. */
  readonly keys: Readonly<Record<string, string>>;
  readonly labelsBucket: string;
  readonly labelsPrefix: string;
}

const DEFAULT_SCAN_LIMIT_BYTES = 100e9;

/** @throws VIEW_UNKNOWN, PIT_OPTION_INVALID naming the option */
export function parseDatasetRequest(definitions: Definitions, request: DatasetRequest): ParsedDatasetRequest {
  const invalid = (option: string, wanted: string) =>
    new TidemarkError('PIT_OPTION_INVALID', `${option} must be ${wanted}`, { field: option });
  const view = definitions.views.find((one) => one.name === request.view);
  if (view === undefined) throw new TidemarkError('VIEW_UNKNOWN', `no view "${request.view}" is defined`, { field: 'view' });
  const location = /^s3:\/\/([^/]+)\/(.+)$/.exec(request.labels ?? '');
  if (location === null) throw invalid('labels', 's3://bucket/key or s3://bucket/prefix/');
  if (typeof request.labelTime !== 'string' || request.labelTime === '')
    throw invalid('labelTime', 'the name of a column of the labels');
  const { boundary = 'before', knowledge = 'event-time', scanLimitBytes = DEFAULT_SCAN_LIMIT_BYTES, keys = {} } = request;
  if (boundary !== 'before' && boundary !== 'at-or-before') throw invalid('boundary', 'before or at-or-before');
  if (knowledge !== 'event-time' && knowledge !== 'arrival-time') throw invalid('knowledge', 'event-time or arrival-time');
  if (!(scanLimitBytes > 0)) throw invalid('scanLimitBytes', 'a positive number of bytes');
  const stray = Object.keys(keys).find((key) => !(key in view.keys));
  if (stray !== undefined) throw invalid('keys', `keys of view ${view.name}: it has no "${stray}"`);
  return {
    view,
    labels: request.labels,
    labelTime: request.labelTime,
    keys: Object.fromEntries(Object.keys(view.keys).map((key) => [key, keys[key] ?? key])),
    boundary,
    knowledge,
    scanLimitBytes,
    labelsBucket: location[1] as string,
    labelsPrefix: location[2] as string,
  };
}
