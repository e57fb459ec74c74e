/**
 * Answers a request for features: entity rows → the records they need → typed values with event time and status.
 *
 * A view is planned once for each version of the catalogue; its records are kept with the plan, since another view over
 * the same group reads other features of it. A record that cannot be read spoils its own features only.
 */
import { type Definitions, EVENT_TIME_FEATURE } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { FeatureReader } from '../ports/feature-store.ts';
import type { Waiting } from '../ports/waiting.ts';
import { type AuditKey, type AuditLine, createAuditKeys } from './audit-line.ts';
import { createRecordLoader, type LoadRecords } from './load-records.ts';
import { printAnswer } from './print-answer.ts';
import type { ServeRequest } from './serve-request.ts';
import { ServingCounts } from './serving-counts.ts';
import { featureSetOf, planServing, type ServingPlan } from './serving-plan.ts';

export interface ServeDependencies {
  readonly definitions: Definitions;
  readonly catalogue: () => Promise<Catalogue>;
  readonly reader: FeatureReader;
  readonly waiting: Waiting;
  readonly auditKey: AuditKey;
}

export interface ServedAnswer {
  readonly body: string;
  readonly audit: AuditLine;
  /** Lines of metrics that are due: none most of the time. */
  readonly metrics: readonly string[];
}

export interface FeatureServer {
  serve(request: ServeRequest, context: { readonly requestId: string; readonly caller: string }): Promise<ServedAnswer>;
}

interface PlannedView {
  readonly version: number;
  readonly plan: ServingPlan;
  readonly load: LoadRecords;
}

export function createFeatureServer(deps: ServeDependencies): FeatureServer {
  const views = new Map<string, PlannedView>();
  const auditKey = createAuditKeys(deps.auditKey);
  const counts = new ServingCounts();

  const plannedView = async ({ view }: ServeRequest): Promise<PlannedView> => {
    const catalogue = await deps.catalogue();
    const held = views.get(view.name);
    if (held?.version === catalogue.version) return held;
    const plan = planServing(view, catalogue, EVENT_TIME_FEATURE);
    const planned = { version: catalogue.version, plan, load: createRecordLoader(deps, plan, counts) };
    views.set(view.name, planned);
    return planned;
  };

  return {
    async serve(request, { requestId, caller }) {
      const { plan, load } = await plannedView(request);
      const asOfMs = deps.waiting.nowMs();
      const { rows, distinct, cacheHits, reads } = await load(request.rows, asOfMs);
      const { body, statuses } = printAnswer(plan, request, rows, { requestId, asOfMs });
      const audit: AuditLine = {
        kind: 'feature-read',
        requestId,
        caller,
        view: plan.view.name,
        featureSet: request.features === undefined ? plan.featureSet : featureSetOf([...request.features]),
        rows: request.rows.length,
        keyId: deps.auditKey.id,
        entities: [...new Set(distinct.map(({ entityKey }) => auditKey(entityKey, asOfMs)))],
        statuses,
        cacheHits,
        reads,
      };
      return { body, audit, metrics: counts.takeMetrics(asOfMs) };
    },
  };
}
