/** The joins of a view as a data set makes them: looked up in the history of their group, or windows over the history of events. */
import { isWindowed, type Join, type View, type WindowedGroup, type WindowSettings } from '@tidemark/domain';

export interface PlainJoin {
  /** j0, j1 …, by the place in the view. */
  readonly alias: string;
  readonly join: Join;
}

export interface WindowedJoin {
  /** w0, w1 …, by the place in the view. */
  readonly alias: string;
  readonly join: Join;
  readonly group: WindowedGroup;
}

export function splitJoins({ joins }: View): {
  readonly plain: readonly PlainJoin[];
  readonly windowed: readonly WindowedJoin[];
} {
  const plain: PlainJoin[] = [];
  const windowed: WindowedJoin[] = [];
  for (const [at, join] of joins.entries()) {
    if (isWindowed(join.group)) windowed.push({ alias: `w${at}`, join, group: join.group });
    else plain.push({ alias: `j${at}`, join });
  }
  return { plain, windowed };
}

/** How far back from a label an event can count for the windows that are selected; undefined: without end. */
export function windowReachMs(selected: readonly string[], { layout }: WindowSettings): number | undefined {
  const names = new Set(selected);
  const spans = layout.aggregates.filter(({ name }) => names.has(name)).map(({ span }) => span);
  const reaches = spans.map((span) => (span === undefined ? Number.POSITIVE_INFINITY : span.lengthMs + span.stepMs));
  const furthest = Math.max(0, ...reaches);
  return Number.isFinite(furthest) ? furthest : undefined;
}
