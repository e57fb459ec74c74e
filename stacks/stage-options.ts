/**
 * What whoever deploys decides, from the environment: `TIDEMARK_…`. Everything else follows from the stage's name and the
 * definitions.
 */
export interface StageOptions {
  /** Whose tokens `/features` accepts. */
  readonly jwtIssuer: string;
  readonly jwtAudiences: readonly string[];
  /** Who gets mail about alarms; confirmed by that address. */
  readonly alarmMail: string | undefined;
  /** Functions in a network of their own that reaches AWS by private links alone. */
  readonly network: boolean;
  /** Accounts that may read features and history. */
  readonly consumerAccounts: readonly string[];
}

/** Stage names become part of names that S3 (lower case) and SageMaker (64 characters) take. */
const STAGE = /^[a-z](-?[a-z0-9]){0,19}$/;
const LONGEST = 20;

/** @throws Error saying which names a stage can have */
export function parseStageName(stage: string): string {
  if (STAGE.test(stage) && stage.length <= LONGEST) return stage;
  throw new Error(
    `stage "${stage}": a name has 1 to ${LONGEST} lower-case letters, digits and single hyphens, and begins with a letter`,
  );
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws Error naming the variable that is missing or malformed, and an example */
export function parseStageOptions(variables: Variables): StageOptions {
  const list = (name: string) => (variables[name] ?? '').split(',').filter((one) => one !== '');
  const consumerAccounts = list('TIDEMARK_CONSUMER_ACCOUNTS');
  const malformed = consumerAccounts.find((account) => !/^\d{12}$/.test(account));
  if (malformed !== undefined) {
    throw new Error(`TIDEMARK_CONSUMER_ACCOUNTS: "${malformed}" is no account; expected 12 digits each, separated by commas`);
  }
  return {
    jwtIssuer: issuer(variables.TIDEMARK_JWT_ISSUER),
    jwtAudiences: variables.TIDEMARK_JWT_AUDIENCES === undefined ? ['tidemark'] : list('TIDEMARK_JWT_AUDIENCES'),
    alarmMail: variables.TIDEMARK_ALARM_MAIL,
    network: variables.TIDEMARK_NETWORK === 'private',
    consumerAccounts,
  };
}

function issuer(value: string | undefined): string {
  if (value?.startsWith('https://')) return value;
  throw new Error(
    `TIDEMARK_JWT_ISSUER is ${value === undefined ? 'not set' : `"${value}"`}: name the issuer whose tokens the API shall accept, such as https://cognito-idp.eu-central-1.amazonaws.com/<pool>`,
  );
}
