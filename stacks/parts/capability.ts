import { type FunctionName, type MachineName, type ScheduleTopology, topology } from '@tidemark/functions/topology';
import type { Foundation } from '../foundation.ts';
import { createMachine } from './machine.ts';
import { createFunction } from './prebuilt-function.ts';
import { createSchedule } from './schedule.ts';

export type Capability = 'ingestion' | 'serving' | 'datasets' | 'operations';

/** Which folder of packages/functions belongs to which capability; a folder that is not named here is operations. */
const FOLDERS: Readonly<Record<string, Capability>> = {
  ingest: 'ingestion',
  stream: 'ingestion',
  serve: 'serving',
  dataset: 'datasets',
};
const MACHINES: Readonly<Partial<Record<MachineName, Capability>>> = { ingest: 'ingestion', 'build-dataset': 'datasets' };

const capabilityOf = (name: FunctionName): Capability =>
  FOLDERS[topology.functions[name].entry.split('/')[0] ?? ''] ?? 'operations';

const machineCapability = (name: MachineName): Capability => MACHINES[name] ?? 'operations';

const scheduleCapability = ({ target }: ScheduleTopology): Capability =>
  'function' in target ? capabilityOf(target.function) : machineCapability(target.machine);

/** Everything in the topology that belongs to a capability, so that what is added there needs no line here. */
export function createCapability(foundation: Foundation, capability: Capability) {
  const names = (Object.keys(topology.functions) as FunctionName[]).filter((name) => capabilityOf(name) === capability);
  const machines = (Object.keys(topology.machines) as MachineName[]).filter((name) => machineCapability(name) === capability);
  const functions = new Map(names.map((name) => [name, createFunction(foundation, name)]));
  for (const name of machines) createMachine(foundation, name);
  for (const schedule of topology.schedules) {
    if (scheduleCapability(schedule) === capability) createSchedule(foundation, schedule);
  }
  return functions;
}
