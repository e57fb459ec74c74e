import type { EngineSettings } from './settings.ts';
import type { EngineClock } from './time/engine-clock.ts';

/** What every service of the engine is made with. */
export interface EngineContext {
  /** Absolute path of an existing directory. Each service keeps its state in a folder or file of its own in it. */
  readonly dataDir: string;
  /** The engine's time; under test it can be moved. Services never read the machine's clock. */
  readonly clock: EngineClock;
  readonly settings: EngineSettings;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** In [0, 1). Seeded, so that a harsh run can be replayed. */
  readonly random: () => number;
  /** One line for a person: what happened in the engine that no client is told. Never a feature value. */
  readonly log: (line: string) => void;
}
