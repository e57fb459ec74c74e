/** The body of an answer. Rows are put together from the printed parts of their joins; request-time features are computed. */
import { type FeatureValue, TidemarkError } from '@tidemark/domain';
import type { FeatureStatus } from './feature-answer.ts';
import { type JoinAnswer, joinAnswer, printFeature } from './join-answer.ts';
import type { Slot } from './load-records.ts';
import type { EntityRow, ServeRequest } from './serve-request.ts';
import type { ServingPlan } from './serving-plan.ts';

const MOST_ANSWER_BYTES = 5 * 1024 * 1024;

export type StatusCounts = Partial<Record<FeatureStatus, number>>;

export interface PrintedAnswer {
  readonly body: string;
  readonly statuses: StatusCounts;
}

/** @throws REQUEST_TOO_LARGE for more than 5 MB */
export function printAnswer(
  plan: ServingPlan,
  request: ServeRequest,
  records: readonly (readonly Slot[])[],
  { requestId, asOfMs }: { readonly requestId: string; readonly asOfMs: number },
): PrintedAnswer {
  const asOf = new Date(asOfMs).toISOString();
  const statuses: StatusCounts = {};
  const computed = Object.entries(plan.view.requestFeatures).filter(([name]) => request.features?.has(name) ?? true);

  const printRow = (row: EntityRow, slots: readonly Slot[]): string => {
    const answers = plan.joins.map((join, at) => joinAnswer(join, slots[at]?.record ?? 'failed', asOfMs));
    const parts = request.features === undefined ? answers.map(({ text }) => text) : askedParts(plan, answers, request.features);
    countStatuses(plan, answers, request.features, statuses);
    if (computed.length > 0) {
      const features = valuesOf(plan, answers);
      for (const [name, feature] of computed) {
        const value = feature.compute({
          timeMs: asOfMs,
          entity: row as never,
          features: features as never,
        }) as FeatureValue | null;
        const status = value === null ? 'missing' : 'fresh';
        statuses[status] = (statuses[status] ?? 0) + 1;
        parts.push(printFeature(name, { value, eventTime: asOf, status }));
      }
    }
    return `{"entity":${JSON.stringify(row)},"features":{${parts.join(',')}}}`;
  };

  const rows = request.rows.map((row, at) => printRow(row, records[at] ?? []));
  const body = `{"view":${JSON.stringify(plan.view.name)},"requestId":${JSON.stringify(requestId)},"asOf":"${asOf}","rows":[${rows.join(',')}]}`;
  if (body.length > MOST_ANSWER_BYTES || (body.length * 3 > MOST_ANSWER_BYTES && Buffer.byteLength(body) > MOST_ANSWER_BYTES)) {
    throw new TidemarkError('REQUEST_TOO_LARGE', 'the answer would be larger than 5 MB: ask for fewer rows or features');
  }
  return { body, statuses };
}

function askedParts(plan: ServingPlan, answers: readonly JoinAnswer[], asked: ReadonlySet<string>): string[] {
  return plan.joins.flatMap(({ features }, at) =>
    features.flatMap(({ name }, feature) => (asked.has(name) ? [answers[at]?.parts[feature] ?? ''] : [])),
  );
}

function countStatuses(
  plan: ServingPlan,
  answers: readonly JoinAnswer[],
  asked: ReadonlySet<string> | undefined,
  counts: StatusCounts,
): void {
  for (let at = 0; at < answers.length; at++) {
    const features = (answers[at] as JoinAnswer).answers;
    for (let feature = 0; feature < features.length; feature++) {
      if (asked !== undefined && !asked.has(plan.joins[at]?.features[feature]?.name ?? '')) continue;
      const status = features[feature]?.status ?? 'failed';
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
}

/** What request-time functions see: every feature of the view, asked for or not. */
function valuesOf(plan: ServingPlan, answers: readonly JoinAnswer[]): Record<string, FeatureValue | null> {
  const values: Record<string, FeatureValue | null> = {};
  for (const { features, ordinal } of plan.joins) {
    const join = answers[ordinal] as JoinAnswer;
    for (let feature = 0; feature < features.length; feature++) {
      values[(features[feature] as { name: string }).name] = join.answers[feature]?.value ?? null;
    }
  }
  return values;
}
