/** Words in the names of platform builds, as npm's `os` and `cpu` fields want them. */
const SYSTEMS = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win: 'win32',
  win32: 'win32',
};
const PROCESSORS = new Set(['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']);
const LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/**
 * What a build's name says about where it runs: `@biomejs/cli-linux-x64-musl` → linux, x64, musl. A Linux build that
 * names no C library, but has a sibling that names musl, is the one for glibc.
 *
 * @param {string} name
 * @param {readonly string[]} siblings the other builds of the same package
 * @returns {{ os: string[], cpu: string[], libc?: string[] } | undefined} undefined when the name tells no platform
 */
export function platformOf(name, siblings) {
  const words = name.slice(name.indexOf('/') + 1).split('-');
  const os = words.map((word) => SYSTEMS[/** @type {keyof typeof SYSTEMS} */ (word)]).find(Boolean);
  const cpu = words.find((word) => PROCESSORS.has(word));
  if (os === undefined || cpu === undefined) return undefined;
  const named = words.map((word) => LIBRARIES[/** @type {keyof typeof LIBRARIES} */ (word)]).find(Boolean);
  const libc = named ?? (os === 'linux' && siblings.includes(`${name}-musl`) ? 'glibc' : undefined);
  return { cpu: [cpu], os: [os], ...(libc !== undefined && os === 'linux' ? { libc: [libc] } : {}) };
}
