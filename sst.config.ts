/// <reference path="./.sst/platform/config.d.ts" />

/** SST allows no static import here: what the stacks need is imported inside `run`. */
export default $config({
  app(input) {
    const production = input?.stage === 'production';
    return {
      name: 'tidemark',
      home: 'aws',
      version: '4.17.1',
      removal: production ? 'retain' : 'remove',
      protect: production,
      providers: { aws: { version: '7.20.0' } },
    };
  },
  async run() {
    const { deployStage } = await import('./stacks/main.ts');
    return deployStage();
  },
});
