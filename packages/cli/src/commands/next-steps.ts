import type { RunningStage } from '../stage/start-stage.ts';

/** What can be done with a running stage, each line ready to be pasted. */
export function showNextSteps(
  stage: RunningStage,
  example: { view: string; query: string } = { view: 'departure-delay', query: 'origin=ATL&destination=JFK' },
): string {
  const { endpoint, api, token, region } = stage.engine;
  return [
    '',
    `AWS endpoint  ${endpoint}`,
    `API           ${api}`,
    '',
    'Ask for features:',
    `  curl -s -H 'authorization: Bearer ${token}' '${api}/features/${example.view}?${example.query}'`,
    '',
    'Look around:',
    '  npm run -s tidemark -- receipts',
    '  npm run -s tidemark -- quarantine list',
    '  npm run -s tidemark -- stream status',
    `  npm run -s tidemark -- get ${example.view} ${example.query.replace('&', ' ')}`,
    '',
    'Use any AWS client:',
    `  AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws --region ${region} --endpoint-url ${endpoint} s3 ls s3://${stage.names.bucket('raw')}`,
    `  AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws --region ${region} --endpoint-url ${endpoint} sagemaker list-feature-groups`,
    '',
    'Ctrl-C stops everything; the data stays.',
  ].join('\n');
}
