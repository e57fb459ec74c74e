/**
 * Where the bytes of one version lie: a plain file under folders named like the key, so that DuckDB reads it as it is
 * and sees `dt=2001-01-01` folders as they were meant.
 *
 *   key `dt=1/a b.csv`, id 10  →  `dt=1/00000000000a~a b.csv`
 *
 * Every version has an id of its own, hence a file of its own that never changes. Only file names and the pieces of
 * over-long folder names hold a `~`, so `a` and `a/b` stand side by side. Bytes that a file system may refuse or that
 * could climb out of the folder are percent-escaped; a name longer than a file system allows is cut into pieces:
 * `~piece/~piece/rest`. The mapping is one-to-one, which the property test checks by inverting it.
 */

/** 255 bytes is the limit of the common file systems; the id and its `~` need 13 of them. */
const LONGEST_NAME_BYTES = 220;

/** Glob signs and quotes are escaped too: these paths end up in DuckDB's `read_parquet`. */
const NOT_PLAIN = /[^A-Za-z0-9 _.\-=+,;@()!&^\u00A0-\u{10FFFF}]/gu;
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

function escapeSegment(segment: string): string {
  if (segment === '') return '%';
  const escaped = segment.replace(NOT_PLAIN, percent);
  // '.' and '..' would be steps, and some file systems drop a dot or a space at the end.
  return escaped.replace(/^\.+$|[. ]$/u, percent);
}

function unescapeSegment(name: string): string {
  return name === '%' ? '' : decodeURIComponent(name);
}

/** Cuts between characters and never inside an escape. */
function pieces(name: string): string[] {
  const out: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const [character] of name.matchAll(/%[0-9A-F]{2}|./gsu)) {
    const size = Buffer.byteLength(character);
    if (bytes + size > LONGEST_NAME_BYTES) {
      out.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += size;
  }
  out.push(piece);
  return out;
}

/** The file of version `id` of `key`, relative to the bucket's folder, with `/` between the steps. */
export function pathOfKey(key: string, id: number): string {
  const segments = key.split('/').map(escapeSegment);
  const last = segments.pop() as string;
  const folders = segments.flatMap((segment) => cut(segment, (piece) => piece));
  const file = cut(last, (piece) => `${id.toString(16).padStart(12, '0')}~${piece}`);
  return [...folders, ...file].join('/');
}

function cut(name: string, finish: (piece: string) => string): string[] {
  const all = pieces(name);
  const rest = all.pop() as string;
  return [...all.map((piece) => `~${piece}`), finish(rest)];
}

/** The inverse of {@link pathOfKey}; undefined for a path that it never makes. */
export function keyOfPath(path: string): { key: string; id: number } | undefined {
  const steps = path.split('/');
  const file = /^([0-9a-f]{12,14})~(.*)$/su.exec(steps.pop() as string);
  if (file === null) return undefined;
  const segments: string[] = [];
  let open = '';
  for (const step of [...steps, file[2] as string]) {
    if (step.startsWith('~')) {
      open += step.slice(1);
      continue;
    }
    segments.push(open + step);
    open = '';
  }
  return { key: segments.map(unescapeSegment).join('/'), id: Number.parseInt(file[1] as string, 16) };
}
