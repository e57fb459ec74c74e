/** Arranges text files: any cuts of the stream, a plan with what it saved, the rows read back chunk by chunk. */
import { isRefusal, type Refusal } from '@tidemark/domain';
import { type FilePlan, planTextFile, type TextPlanOptions } from './plan-file.ts';
import { type RawRow, readTextChunk } from './read-chunk.ts';

/** The bytes, cut into buffers of the given lengths in turn. */
export async function* inPieces(bytes: Uint8Array, lengths: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] as number;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

export interface Planned {
  readonly plan: FilePlan;
  /** The bytes of each chunk, wherever they lie. */
  readonly chunks: readonly Uint8Array[];
  readonly rows: readonly RawRow[];
}

export async function planAndRead(
  stored: Uint8Array,
  options: Partial<TextPlanOptions> & Pick<TextPlanOptions, 'format'>,
  lengths?: readonly number[],
): Promise<Planned | Refusal> {
  const saved: Uint8Array[] = [];
  const plan = await planTextFile(inPieces(stored, lengths), {
    gzip: false,
    targetChunkBytes: 1 << 20,
    targetChunkRows: 1 << 20,
    saveChunk: async (index, bytes) => {
      saved[index] = bytes;
    },
    ...options,
  });
  if (isRefusal(plan)) return plan;
  const chunks = plan.chunks.map(({ at }) => {
    if (at.kind === 'rows') throw new Error('a text file has no row ranges');
    return at.kind === 'bytes' ? stored.subarray(at.start, at.end) : (saved[at.part] as Uint8Array);
  });
  const rows = plan.chunks.flatMap(({ firstRow, firstLine }, index) => [
    ...readTextChunk(chunks[index] as Uint8Array, { format: options.format, header: plan.header, firstRow, firstLine }),
  ]);
  return { plan, chunks, rows };
}

/** For files that must be plannable. */
export async function planned(...args: Parameters<typeof planAndRead>): Promise<Planned> {
  const outcome = await planAndRead(...args);
  if ('code' in outcome) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome;
}
