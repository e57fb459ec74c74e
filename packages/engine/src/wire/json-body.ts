import { ShapeFault } from './shape-fault.ts';

/** An empty body is an empty object, as clients leave it out where every member is absent. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ShapeFault('type', 'valid JSON');
  }
}
