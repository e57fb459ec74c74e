/** IAM's patterns: `*` for any run of characters, `?` for one. Upper and lower case differ unless said otherwise. */
export function wildcard(pattern: string, flags = ''): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) {
    if (flags === '') return (text) => text === pattern;
    const lower = pattern.toLowerCase();
    return (text) => text.toLowerCase() === lower;
  }
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, `s${flags}`);
  return (text) => expression.test(text);
}

/** ARNs match part by part: no `*` reaches over one of the first five colons. */
export function arnWildcard(pattern: string): (text: string) => boolean {
  const parts = splitArn(pattern).map((part) => wildcard(part));
  return (text) => {
    const given = splitArn(text);
    return given.length === parts.length && parts.every((matches, i) => matches(given[i] as string));
  };
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
