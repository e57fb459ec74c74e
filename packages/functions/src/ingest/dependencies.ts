import { definitions } from '@tidemark/features';
import type { IngestDependencies } from '@tidemark/pipeline';
import { catalogue, ledger, objects } from '../runtime/ledger.ts';
import { waiting } from '../runtime/waiting.ts';

export const ingestDependencies: IngestDependencies = { definitions, objects, catalogue, ledger, waiting };
