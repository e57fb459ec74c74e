import type { Tag } from '@aws-sdk/client-sagemaker';
import { validationException } from './control-plane-errors.ts';

const MOST_TAGS = 50;

export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > MOST_TAGS) throw validationException(`Validation Error: a resource may have up to ${MOST_TAGS} tags.`);
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length < 1 || Key.length > 128 || Value.length > 256)
      throw validationException('Validation Error: a tag has a Key of 1 to 128 and a Value of up to 256 characters.');
  }
}

/** Later tags replace earlier ones of the same key. */
export function mergeTags(existing: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = [...new Map([...existing, ...added].map((tag) => [tag.Key, tag])).values()];
  checkTags(merged);
  return merged;
}
