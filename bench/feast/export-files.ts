/** export-files.ts FOLDER: the files that `bench/ingest.ts` ingests. */
import { exportFlights } from '@tidemark/features/flights/export';
import { earlierDays } from '../ingest.ts';

await exportFlights({ outDir: String(process.argv[2]), ...earlierDays() });
