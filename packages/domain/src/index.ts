export { decodeValue, type FeatureValue } from './decode-value.ts';
export { defineEntity, type Entity, type KeyShape, type KeyValues } from './define-entity.ts';
export { defineGroup, type FeatureShape, type Group, type OnlineStorage, type RecordInput } from './define-group.ts';
export { type Column, type ColumnShape, column, defineSource, type Source, type SourceRow } from './define-source.ts';
export { defineView, type Join, join, type RequestContext, type RequestFeature, type View } from './define-view.ts';
export { type Definitions, defineFeatureStore, findSource, storedGroups } from './definitions.ts';
export { type Duration, parseDurationMs } from './duration.ts';
export { encodeRecord, type FeatureRecord, isRefusal, MAX_RECORD_BYTES, type WireValue } from './encode-record.ts';
export { type KeyPart, type KeyPartType, MAX_KEY_BYTES, parseEntityKey, printEntityKey } from './entity-key.ts';
export {
  type ErrorCode,
  type ErrorKind,
  errorRegistry,
  type Fault,
  type Refusal,
  type RefusalCode,
  refuse,
  TidemarkError,
} from './errors.ts';
export {
  checkEventTime,
  type EventTimeNs,
  FRACTION_DIGITS,
  fromMs,
  NS_PER,
  type Precision,
  parseIsoNs,
  parseUnixSecondsNs,
  printIso,
  toMs,
} from './event-time.ts';
export {
  type CollectionKind,
  type FeatureOptions,
  type FeatureType,
  fractional,
  integral,
  integral64,
  listOf,
  type ScalarKind,
  type Sensitivity,
  setOf,
  text,
  type ValueOf,
  vector,
} from './feature-type.ts';
export { groupSensitivity } from './group-sensitivity.ts';
export {
  assertFeatureName,
  assertLogicalName,
  ENTITY_KEY_FEATURE,
  EVENT_TIME_FEATURE,
  physicalGroupName,
  physicalStreamName,
  RESERVED_FEATURE_NAMES,
} from './names.ts';
export { type TableFormat, withTableFormat } from './table-format.ts';
export { emptyWindowState } from './windows/accept-event.ts';
export { type Aggregate, type AggregateKind, aggregate, type WindowSpan } from './windows/aggregate.ts';
export { type Decision, decideEvent, type EventDelivery, redriveEvent } from './windows/decide-event.ts';
export {
  defineStream,
  defineStreamSource,
  type EventStream,
  type StreamEvent,
  type StreamSource,
} from './windows/define-stream.ts';
export {
  defineWindowedGroup,
  type EventInput,
  isWindowed,
  type WindowedGroup,
  type WindowSettings,
} from './windows/define-windowed-group.ts';
export { encodeEvent, type WindowEvent } from './windows/encode-event.ts';
export { evaluateWindows, type WindowValues } from './windows/evaluate-windows.ts';
export { digestEvent } from './windows/event-digest.ts';
export { type EventField, type FieldShape, field, type Scalar, unitsPerOne } from './windows/event-field.ts';
export { countMissing, type HistoryEvent, rebuildWindowState } from './windows/rebuild-state.ts';
export { decodeWindowState, encodeWindowState, stateFingerprint } from './windows/state-codec.ts';
export { greatestRecordBytes, greatestStateBytes, type WindowBounds } from './windows/window-bounds.ts';
export { EVENT_COLUMNS, eventGroupOf, stateGroupOf, WINDOW_STATE_FEATURE } from './windows/window-groups.ts';
export type { Part, PlannedAggregate, PlannedSpan, WindowLayout } from './windows/window-layout.ts';
export { windowRecord } from './windows/window-record.ts';
export { nextRecordTimeMs, sealLineMs, type WindowState } from './windows/window-state.ts';
