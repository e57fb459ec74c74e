import { InvalidArgumentError, Option } from 'commander';

export const dataOption = () => new Option('--data <dir>', "directory that holds the engine's data").default('.tidemark');
export const stageOption = () => new Option('--stage <name>', 'stage').default('dev');
export const awsOption = () =>
  new Option('--aws', 'work on the AWS account of your credentials instead of an engine').default(false);
export const jsonOption = () => new Option('--json', 'print JSON for programs').default(false);
export const definitionsOption = () =>
  new Option('--definitions <file>', 'module that exports `definitions` (default: packages/features)');
export const groupsOption = () =>
  new Option('--group <name>', 'only this group, by logical name; may be given again (default: all)').argParser(collect);
export const portOption = () =>
  new Option('--port <number>', 'port of the AWS endpoint, 0 for a free one').default(4600).argParser(parsePort);
export const apiPortOption = () =>
  new Option('--api-port <number>', 'port of the API, 0 for a free one').default(0).argParser(parsePort);
export const profileOption = () =>
  new Option('--profile <name>', 'how kind the engine is').choices(['default', 'harsh']).default('default');

const collect = (name: string, names: readonly string[] = []): string[] => [...names, name];

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535');
  return port;
}
