/** What the demo and the tests need of the example beside its definitions: the files that its company would send. */
export { ALL_DAYS, FIRST_DAY, latestAnchor } from './export/calendar.ts';
export { type ExportedFile, type ExportOptions, exportFlights, type FlightsExport } from './export/export-flights.ts';
export type { BadRowKind, PlantedRow } from './export/plant-damage.ts';
