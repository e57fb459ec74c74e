import { type Definitions, type KeyPart, TidemarkError, type View } from '@tidemark/domain';

export type EntityRow = Readonly<Record<string, KeyPart>>;

export interface ServeRequest {
  readonly view: View;
  readonly rows: readonly EntityRow[];
  /** Names in the view; undefined for all. */
  readonly features: ReadonlySet<string> | undefined;
}

export const MOST_ROWS = 500;

/** @throws VIEW_UNKNOWN, REQUEST_SENSITIVE_KEY, REQUEST_KEY_*, FEATURE_UNKNOWN */
export function parseGetRequest(
  definitions: Definitions,
  viewName: string,
  query: Readonly<Record<string, string | undefined>>,
): ServeRequest {
  const view = findView(definitions, viewName);
  if (view.joins.some((join) => join.group.entity.sensitive)) {
    throw new TidemarkError(
      'REQUEST_SENSITIVE_KEY',
      `view ${view.name} is over a sensitive entity: send its keys in the body of a POST`,
    );
  }
  const { features, ...keys } = query;
  const row: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(keys)) row[key] = view.keys[key] === 'integral' ? integerOf(text) : text;
  return { view, rows: [parseRow(view, row, 0)], features: parseFeatures(view, features?.split(',')) };
}

/** @throws REQUEST_MALFORMED for a body that is not `{"rows":[{…}]}`, and what {@link parseGetRequest} throws */
export function parsePostRequest(definitions: Definitions, viewName: string, body: string): ServeRequest {
  const view = findView(definitions, viewName);
  const parsed = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw malformed('the body must be a JSON object such as {"rows":[{…}]}');
  const { rows, features, ...others } = parsed as Record<string, unknown>;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw malformed('the body has a member besides rows and features', 'body');
  if (!Array.isArray(rows) || rows.length === 0) throw malformed('rows must be an array of at least one row', 'rows');
  if (rows.length > MOST_ROWS) {
    throw new TidemarkError(
      'REQUEST_TOO_MANY_ROWS',
      `the request has ${rows.length} rows, at most ${MOST_ROWS} are taken: send several requests`,
      { field: 'rows' },
    );
  }
  if (features !== undefined && !(Array.isArray(features) && features.every((one) => typeof one === 'string'))) {
    throw malformed('features must be an array of names', 'features');
  }
  return {
    view,
    rows: rows.map((row, at) => parseRow(view, row, at)),
    features: parseFeatures(view, features as string[] | undefined),
  };
}

function findView(definitions: Definitions, name: string): View {
  const view = definitions.views.find((one) => one.name === name);
  // The name is not echoed: it came from outside.
  if (view === undefined)
    throw new TidemarkError('VIEW_UNKNOWN', `no such view; there are ${definitions.views.map((one) => one.name).join(', ')}`, {
      field: 'view',
    });
  return view;
}

function parseRow(view: View, row: unknown, at: number): EntityRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw malformed(`row ${at} must be an object of keys`, 'rows');
  const entity: Record<string, KeyPart> = {};
  for (const [key, type] of Object.entries(view.keys)) {
    const value = (row as Record<string, unknown>)[key];
    if (value === undefined || value === null || value === '') {
      throw new TidemarkError('REQUEST_KEY_MISSING', `row ${at} lacks ${key}`, { field: key });
    }
    const fits = type === 'integral' ? Number.isSafeInteger(value) : typeof value === 'string' && value.isWellFormed();
    if (!fits)
      throw new TidemarkError(
        'REQUEST_KEY_WRONG_TYPE',
        `${key} of row ${at} must be ${type === 'integral' ? 'a whole number' : 'text'}`,
        { field: key },
      );
    entity[key] = value as KeyPart;
  }
  for (const key in row) {
    if (!(key in view.keys)) {
      throw new TidemarkError(
        'REQUEST_KEY_UNKNOWN',
        `row ${at} has a key that view ${view.name} does not have; its keys are ${Object.keys(view.keys).join(', ')}`,
      );
    }
  }
  return entity;
}

function parseFeatures(view: View, names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (names === undefined) return undefined;
  const known = new Set([...view.joins.flatMap((join) => Object.keys(join.select)), ...Object.keys(view.requestFeatures)]);
  if (!names.every((name) => known.has(name))) {
    throw new TidemarkError(
      'FEATURE_UNKNOWN',
      `view ${view.name} has no such feature; its features are ${[...known].join(', ')}`,
      { field: 'features' },
    );
  }
  return new Set(names);
}

/** Text of a URL as an integer; anything else stays text and is refused as of the wrong type. */
const integerOf = (text: string | undefined): unknown => (text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : text);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw malformed('the body is not JSON');
  }
}

const malformed = (message: string, field?: string) =>
  new TidemarkError('REQUEST_MALFORMED', message, field === undefined ? {} : { field });
