/** Prints docs/map.md: from a route, bucket, stream, schedule or machine to its function, and back. */
import { topologyMap } from './stacks/topology-map.ts';

process.stdout.write(topologyMap());
