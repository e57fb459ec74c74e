/**
 * Finds where rows end, without reading what is in them, over a stream that may be cut anywhere.
 *
 * The planner and the readers both use it, so that they agree on what a row is, damaged ones included. JSON lines end at
 * LF. CSV rows end at the first LF outside quotes, where a quote opens a field only as its first character (RFC 4180):
 * a stray quote inside a field spoils its own row and not the ones after it. CRLF needs no state: the CR is trimmed by
 * whoever takes the row. Where no quote is about, a row costs one `indexOf`.
 */
const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
/** Just after a quote inside a quoted field: the end of the field, or the first half of an escaped quote. */
const CLOSING = 3;

export class RowScanner {
  /** 1-based line on which the next row begins. */
  line: number;
  /** Whether the row that was ended last had no content. Blank rows are no rows. */
  blank = true;

  readonly #quotes: boolean;
  #state = FIELD_START;
  /** Of the row that is open: bytes in former buffers, the last of them, and line feeds inside quotes. */
  #openBytes = 0;
  #lastByte = 0;
  #openLines = 0;
  #buffer: Buffer | undefined;
  #nextQuote = -1;
  #quotesAbout = false;

  constructor(format: 'csv' | 'jsonl', firstLine = 1) {
    this.#quotes = format === 'csv';
    this.line = firstLine;
  }

  /** Whether the stream, if it ended now, would end in a row that has no line feed. */
  get openRow(): boolean {
    return this.#openBytes > 1 || (this.#openBytes === 1 && this.#lastByte !== CR);
  }

  /** The position after the next row end in `buffer`, or −1 when the row goes on in the buffer to come. Call with growing `from`. */
  next(buffer: Buffer, from: number): number {
    const end = this.#quotesAbout ? this.#walk(buffer, from) : this.#leap(buffer, from);
    const length = this.#openBytes + (end === -1 ? buffer.length : end) - from;
    if (end === -1) {
      this.#openBytes = length;
      if (buffer.length > from) this.#lastByte = buffer[buffer.length - 1] as number;
      return -1;
    }
    this.blank = length === 1 || (length === 2 && (end - from === 2 ? buffer[from] : this.#lastByte) === CR);
    this.line += 1 + this.#openLines;
    this.#state = FIELD_START;
    this.#openBytes = 0;
    this.#openLines = 0;
    return end;
  }

  /** For rows without a quote; hands over to `#walk` where one comes before the line feed. */
  #leap(buffer: Buffer, from: number): number {
    const lineFeed = buffer.indexOf(LF, from);
    if (this.#quotes) {
      if (buffer !== this.#buffer || this.#nextQuote < from) {
        const quote = buffer.indexOf(QUOTE, from);
        this.#nextQuote = quote === -1 ? buffer.length : quote;
        this.#buffer = buffer;
      }
      if (this.#nextQuote < (lineFeed === -1 ? buffer.length : lineFeed)) return this.#walk(buffer, from);
    }
    if (lineFeed !== -1) return lineFeed + 1;
    if (buffer.length > from) this.#state = buffer[buffer.length - 1] === COMMA ? FIELD_START : UNQUOTED;
    return -1;
  }

  /** Byte by byte, for a row with quotes and the one after it, since they rarely come alone. */
  #walk(buffer: Buffer, from: number): number {
    let state = this.#state;
    let sawQuote = state >= QUOTED;
    for (let at = from; at < buffer.length; at++) {
      const byte = buffer[at];
      if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSING;
        else if (byte === LF) this.#openLines++;
      } else if (byte === LF) {
        this.#quotesAbout = sawQuote;
        return at + 1;
      } else if (byte === COMMA) {
        state = FIELD_START;
      } else if (byte === QUOTE && state !== UNQUOTED) {
        state = QUOTED;
        sawQuote = true;
      } else {
        state = UNQUOTED;
      }
    }
    this.#state = state;
    this.#quotesAbout = true;
    return -1;
  }
}
