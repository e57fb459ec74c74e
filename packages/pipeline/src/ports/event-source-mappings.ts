export type MappingState = 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled' | 'Updating' | 'Deleting';

export interface EventSourceMapping {
  readonly id: string;
  readonly state: MappingState;
  /** How the last batch went, as the service says. */
  readonly lastResult: string | undefined;
}

/** What brings the records of streams to functions. */
export interface EventSourceMappings {
  /** Of a stream, by its physical name. */
  of(streamName: string): Promise<readonly EventSourceMapping[]>;
  /** Returns before it is so: a batch that is with the function is finished first. */
  setEnabled(id: string, enabled: boolean): Promise<void>;
}
