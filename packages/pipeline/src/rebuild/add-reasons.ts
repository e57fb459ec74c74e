/** Counts by code summed up, in the order of the codes. */
export function addReasons(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const codes = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
  return Object.fromEntries(codes.map((code) => [code, all.reduce((sum, one) => sum + (one[code] ?? 0), 0)]));
}
