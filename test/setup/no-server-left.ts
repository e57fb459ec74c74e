import { setTimeout as pause } from 'node:timers/promises';
import { afterAll } from 'vitest';

/** Registered before any hook of the test file, so it runs after all of them: whoever starts a server stops it. */
afterAll(async () => {
  // A server that was closed stays listed for some turns of the loop; one that was not stays for good.
  for (let look = 0; look < 20 && openServers() > 0; look++) await pause(25);
  if (openServers() > 0)
    throw new Error(`this file leaves ${openServers()} listening server(s) behind; close them in afterEach or afterAll`);
});

function openServers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length;
}
