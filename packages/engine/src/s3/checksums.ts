/**
 * The checksums that S3 can keep beside an object, and how they are computed piece by piece.
 * MD5 and SHA come from Node (native); the CRCs and xxHashes from the SDK.
 */
import { createHash } from 'node:crypto';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { Xxh3_64, Xxh3_128, Xxh64 } from '@aws-sdk/checksums/xxh';

export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Base64, as the headers carry it. */
  digest(): Promise<string>;
}

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface StoredChecksum {
  readonly algorithm: string;
  /** Base64; a composite one ends in `-` and the number of parts. */
  readonly value: string;
  readonly type: ChecksumType;
}

interface SdkChecksum {
  update(bytes: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

const native = (algorithm: string) => (): RunningChecksum => {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: async () => hash.digest('base64') };
};

const fromSdk = (Checksum: new () => SdkChecksum) => (): RunningChecksum => {
  const checksum = new Checksum();
  return {
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()).toString('base64'),
  };
};

const algorithms: Readonly<Record<string, () => RunningChecksum>> = {
  CRC32: fromSdk(Crc32),
  CRC32C: fromSdk(Crc32c),
  CRC64NVME: fromSdk(Crc64Nvme),
  SHA1: native('sha1'),
  SHA256: native('sha256'),
  SHA512: native('sha512'),
  MD5: native('md5'),
  XXHASH64: fromSdk(Xxh64),
  XXHASH3: fromSdk(Xxh3_64),
  XXHASH128: fromSdk(Xxh3_128),
};

export const checksumAlgorithms = Object.keys(algorithms);

export function createChecksum(algorithm: string): RunningChecksum {
  const create = algorithms[algorithm];
  if (create === undefined) throw new RangeError(`unknown checksum algorithm ${algorithm}`);
  return create();
}

export const checksumHeader = (algorithm: string) => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** `x-amz-checksum-crc32` to `CRC32`; undefined when the header is none of these. */
export function algorithmOfHeader(header: string): string | undefined {
  const name = header.toLowerCase();
  return checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === name);
}

/** The member in which the SDK's inputs and outputs carry a checksum: `ChecksumCRC32`. */
export const checksumMember = (algorithm: string) => `Checksum${algorithm}`;

/** The members that an answer shows for a stored checksum. */
export function checksumMembers(checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [checksumMember(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type };
}

/** The checksum of the parts' checksums, with the number of parts. */
export async function compositeChecksum(algorithm: string, parts: readonly string[]): Promise<string> {
  const checksum = createChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part, 'base64'));
  return `${await checksum.digest()}-${parts.length}`;
}
