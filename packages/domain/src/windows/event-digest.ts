/**
 * What is remembered of an event: 60 bits of the hash of its id and 24 bits of the hash of its content.
 *
 * Two ids of one entity that share 60 bits (in 2,000 remembered: one in 10^12) are told apart by their content and the later
 * one is refused by name as a conflict; only where all 84 bits agree is an event taken for one that was seen.
 */
import { hash } from 'node:crypto';
import type { Scalar } from './event-field.ts';

const ID_CHARS = 10;
const CONTENT_CHARS = 4;
export const DIGEST_CHARS = ID_CHARS + CONTENT_CHARS;

const sha256 = (text: string) => hash('sha256', text, 'base64url');

/** {@link DIGEST_CHARS} characters. */
export const digestEvent = (event: { readonly id: string; readonly timeMs: number; readonly values: EventValues }): string =>
  sha256(event.id).slice(0, ID_CHARS) + sha256(contentText(event)).slice(0, CONTENT_CHARS);

export const haveOneId = (digest: string, other: string): boolean => digest.slice(0, ID_CHARS) === other.slice(0, ID_CHARS);

export type EventValues = Readonly<Record<string, Scalar | null>>;

/** The id of an event that has none of its own. */
export const contentId = (event: { readonly timeMs: number; readonly values: EventValues }): string => sha256(contentText(event));

/** Names in their order, so that the order in which a mapping writes its fields is not seen. */
function contentText({ timeMs, values }: { readonly timeMs: number; readonly values: EventValues }): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([timeMs, entries]);
}

/** What a state says about the definition it was made by: eight characters of its hash. */
export const fingerprint = (text: string): string => sha256(text).slice(0, 8);
