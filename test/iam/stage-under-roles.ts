/** A stage whose functions, machines and schedules work under the roles that the stacks give them. */
import { type RunningStage, startStage } from '@tidemark/cli/start-stage';
import { type AccessEntry, createEngineClock, type Deployment, type RoleSpec } from '@tidemark/engine';
import { definitions } from '@tidemark/features';
import { placeOf, stageRoles, underRoles } from './stage-roles.ts';

const STAGE = { stage: 'dev', account: '000000000000', region: 'us-east-1' };
/** Handlers go by the machine's time; what they look back on must not lie before them. */
const ENGINE_BEHIND_MS = 2.9 * 86_400_000;
const MINUTE_MS = 60_000;
const PATIENCE_MS = 3 * MINUTE_MS;
const PATIENCE_WITH_LESS_MS = 15_000;

export interface StageUnderRoles {
  readonly stage: RunningStage;
  readonly roles: readonly RoleSpec[];
  /** Deployed only for the flow that they start. */
  readonly schedules: Deployment['schedules'];
  /** How long a flow waits for everything to come to rest: a stream that may not be read never does. */
  patienceMs(): number;
  /** What is deployed from now on unless a flow says otherwise. */
  under(roles: readonly RoleSpec[]): Promise<void>;
  /** Deploys the same again with other parts; without any, the same again. */
  redeploy(changes: Partial<Deployment>): Promise<void>;
  /** Lets the engine's time run a hundred times as fast as the machine's for as long as the work takes. */
  fast<T>(work: Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface UnderRoles {
  readonly data: string;
  readonly onAccess: (entry: AccessEntry) => void;
  /** The engine's time at the start; without it, well behind the machine's. */
  readonly nowMs?: number | undefined;
  /** The roles that it starts with, made of those that the stacks give. */
  readonly adjust?: (roles: readonly RoleSpec[]) => readonly RoleSpec[];
}

export async function startUnderRoles({ data, onAccess, nowMs, adjust }: UnderRoles): Promise<StageUnderRoles> {
  const place = placeOf(STAGE, definitions);
  const roles: readonly RoleSpec[] = stageRoles(place);
  const behindMs = nowMs === undefined ? ENGINE_BEHIND_MS : Date.now() - nowMs;
  let schedules: Deployment['schedules'] = [];
  let current = adjust?.(roles) ?? roles;
  const stage = await startStage({
    data,
    port: 0,
    apiPort: 0,
    stage: STAGE.stage,
    profile: 'default',
    engine: { clock: createEngineClock(() => Date.now() - behindMs), onAccess },
    kmsKeyArn: place.keys.data,
    adjust: (deployment) => {
      const { eventSourceMappings = [], ...under } = underRoles(deployment, place, current);
      schedules = under.schedules;
      return {
        ...under,
        // A batch that is refused is given up soon, so that its failure can be seen.
        eventSourceMappings: eventSourceMappings.map((mapping) => ({ ...mapping, maximumRecordAgeMs: MINUTE_MS })),
        schedules: [],
      };
    },
  });
  return {
    stage,
    roles,
    schedules,
    patienceMs: () => (current === roles ? PATIENCE_MS : PATIENCE_WITH_LESS_MS),
    async under(given) {
      current = given;
      await stage.instance.deploy({ ...stage.deployment, roles: given });
    },
    async redeploy(changes) {
      await stage.instance.deploy({ ...stage.deployment, roles: current, ...changes });
    },
    async fast(work) {
      const ticking = setInterval(() => stage.instance.clock.advance(2_000), 20);
      try {
        return await work;
      } finally {
        clearInterval(ticking);
      }
    },
    stop: () => stage.stop(),
  };
}
