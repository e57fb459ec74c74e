/** `dist/functions/manifest.json`: which bytes make up each function. Anyone can recompute the hashes. */
export interface BundleManifest {
  readonly version: 1;
  readonly runtime: 'nodejs24.x';
  /** By function name, in alphabetical order. */
  readonly functions: Readonly<Record<string, BundledFunction>>;
}

export interface BundledFunction {
  /** The source file, relative to the root of the checkout. */
  readonly entry: string;
  /** The bundle, relative to the manifest. */
  readonly file: string;
  /** As Lambda wants it: file without extension, dot, export. */
  readonly handler: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}
