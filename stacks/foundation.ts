/** What functions, machines and schedules stand on; the capabilities take it as one. */
import type { StageSecrets } from '@tidemark/functions/resolve-topology';
import type { Network } from './network.ts';
import type { StageContext } from './parts/context.ts';
import type { Scheduling } from './parts/scheduling.ts';
import type { Keys } from './security.ts';
import type { Storage } from './storage.ts';

export interface Foundation {
  readonly context: StageContext;
  readonly keys: Keys;
  readonly storage: Storage;
  /** Undefined: functions reach AWS over its public addresses. */
  readonly network: Network | undefined;
  readonly scheduling: Scheduling;
  readonly secrets: $util.Output<StageSecrets>;
}
