/** Feast 0.67 with these very data on 2 cores, as published in this project's issue 3. Constants: not measured by this run. */
export const FEAST = {
  oneEntity: '258–358 requests/s',
  hundredEntities: '33–62 requests/s',
  written: '20 k rows/s',
  labels: '24 k labels/s',
} as const;
