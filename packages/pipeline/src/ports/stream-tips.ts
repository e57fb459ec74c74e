export interface StreamShard {
  readonly shardId: string;
  /** Whether records can still come; a closed one has been split or merged. */
  readonly isOpen: boolean;
}

/** Streams as a reader sees them. */
export interface StreamTips {
  /** By physical name; those that still hold records. */
  shards(streamName: string): Promise<readonly StreamShard[]>;
  /** How far, in arrival time, the first record after a sequence number, or the oldest, lies behind the tip; 0 when there is none. */
  behindMs(streamName: string, shardId: string, after: string | undefined): Promise<number>;
}
