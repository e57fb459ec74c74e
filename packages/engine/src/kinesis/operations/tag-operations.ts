import type {
  AddTagsToStreamInput,
  ListTagsForStreamInput,
  ListTagsForStreamOutput,
  RemoveTagsFromStreamInput,
} from '@aws-sdk/client-kinesis';
import { constraint, invalidArgument } from '../errors.ts';
import type { StreamRegistry } from '../stream-registry.ts';
import { requireStream } from './stream-of.ts';

const MOST_TAGS = 50;

export function checkTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length < 1 || key.length > 128) throw constraint('tags', 'have keys of 1 to 128 characters');
    if (value.length > 256) throw constraint('tags', 'have values of at most 256 characters');
    if (/^aws:/i.test(key)) throw invalidArgument('Tag keys that begin with aws: are reserved.');
  }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidArgument(`A stream has at most ${MOST_TAGS} tags.`);
  return { ...tags };
}

export function addTags(streams: StreamRegistry, input: AddTagsToStreamInput): void {
  const stream = requireStream(streams, input);
  stream.tags = checkTags({ ...stream.tags, ...input.Tags });
  streams.save(stream);
}

export function removeTags(streams: StreamRegistry, input: RemoveTagsFromStreamInput): void {
  const stream = requireStream(streams, input);
  const removed = new Set(input.TagKeys);
  stream.tags = Object.fromEntries(Object.entries(stream.tags).filter(([key]) => !removed.has(key)));
  streams.save(stream);
}

export function listTags(streams: StreamRegistry, input: ListTagsForStreamInput): ListTagsForStreamOutput {
  const { tags } = requireStream(streams, input);
  const limit = input.Limit ?? MOST_TAGS;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_TAGS) throw constraint('limit', 'be between 1 and 50');
  const after = input.ExclusiveStartTagKey ?? '';
  const keys = Object.keys(tags)
    .sort()
    .filter((key) => key > after);
  return { Tags: keys.slice(0, limit).map((Key) => ({ Key, Value: tags[Key] })), HasMoreTags: keys.length > limit };
}
