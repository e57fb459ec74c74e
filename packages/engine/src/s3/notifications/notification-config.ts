import type { LambdaFunctionConfiguration, NotificationConfiguration } from '@aws-sdk/client-s3';
import { invalidArgument, notImplemented } from '../errors.ts';

/** One rule: which events on which keys go to which function. */
export interface NotificationRule {
  readonly id: string;
  readonly functionArn: string;
  /** `s3:ObjectCreated:*`, … */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** What happens in this engine. A rule for anything else would never fire, so it is refused. */
const EMITTED = [
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
];
const ACCEPTED = new Set([...EMITTED, 's3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*']);
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/;

/** @throws InvalidArgument, NotImplemented */
export function parseNotificationConfiguration(input: NotificationConfiguration, createId: () => string): NotificationRule[] {
  for (const destination of ['TopicConfigurations', 'QueueConfigurations', 'EventBridgeConfiguration'] as const) {
    if (input[destination] !== undefined) throw notImplemented(`${destination} (only Lambda functions are notified)`);
  }
  const rules = (input.LambdaFunctionConfigurations ?? []).map((rule) => parseRule(rule, createId));
  rules.forEach((rule, index) => {
    if (rules.slice(index + 1).some((other) => overlap(rule, other))) {
      throw invalidArgument('Configurations overlap. Configurations on the same bucket cannot share a common event type.');
    }
  });
  return rules;
}

function parseRule(rule: LambdaFunctionConfiguration, createId: () => string): NotificationRule {
  const functionArn = rule.LambdaFunctionArn ?? '';
  if (!FUNCTION_ARN.test(functionArn)) {
    throw invalidArgument('The ARN could not be parsed', 'LambdaFunctionArn', functionArn);
  }
  const events = rule.Events ?? [];
  if (events.length === 0) throw invalidArgument('A configuration needs at least one event', 'Event', '');
  for (const event of events) {
    if (!ACCEPTED.has(event)) throw notImplemented(`The event ${event}`);
  }
  const filters = rule.Filter?.Key?.FilterRules ?? [];
  const value = (name: string) => {
    const found = filters.filter((filter) => filter.Name?.toLowerCase() === name);
    if (found.length > 1) throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`);
    return found[0]?.Value ?? '';
  };
  for (const filter of filters) {
    if (!['prefix', 'suffix'].includes(filter.Name?.toLowerCase() ?? '')) {
      throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', filter.Name ?? '');
    }
  }
  return { id: rule.Id ?? createId(), functionArn, events, prefix: value('prefix'), suffix: value('suffix') };
}

const matchesEvent = (pattern: string, event: string) =>
  pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;

const eventsOf = (rule: NotificationRule) =>
  EMITTED.filter((event) => rule.events.some((pattern) => matchesEvent(pattern, event)));

function overlap(a: NotificationRule, b: NotificationRule): boolean {
  const events = new Set(eventsOf(a));
  const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
  return prefixes && suffixes && eventsOf(b).some((event) => events.has(event));
}

/** `eventName` with its `s3:`. */
export function ruleMatches(rule: NotificationRule, eventName: string, key: string): boolean {
  return (
    rule.events.some((pattern) => matchesEvent(pattern, eventName)) && key.startsWith(rule.prefix) && key.endsWith(rule.suffix)
  );
}

export function printNotificationConfiguration(rules: readonly NotificationRule[]): NotificationConfiguration {
  if (rules.length === 0) return {};
  return {
    LambdaFunctionConfigurations: rules.map((rule) => {
      const filters = [
        ...(rule.prefix === '' ? [] : [{ Name: 'prefix' as const, Value: rule.prefix }]),
        ...(rule.suffix === '' ? [] : [{ Name: 'suffix' as const, Value: rule.suffix }]),
      ];
      return {
        Id: rule.id,
        LambdaFunctionArn: rule.functionArn,
        Events: rule.events as LambdaFunctionConfiguration['Events'],
        ...(filters.length === 0 ? {} : { Filter: { Key: { FilterRules: filters } } }),
      };
    }),
  };
}
