/** What a Map state has beside its states: mode, item reader, batcher, result writer. */
import { distributedMapFields, placeFields } from './allowed-fields.ts';
import { checkTemplate } from './check-expressions.ts';
import { checkFields, type Report } from './check-fields.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';

const LABEL = /^[^\s?*<>{}[\]:;,\\|^~$#%&`"/]{1,40}$/;

export function checkMap(state: JsonObject, processor: JsonObject, here: string, report: Report): void {
  const config = isJsonObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  checkFields(config, placeFields.processorConfig, `${here}/ProcessorConfig`, report);
  if (config.Mode !== 'DISTRIBUTED') {
    for (const name of distributedMapFields) {
      if (state[name] !== undefined) report(`${here}/${name}`, `'${name}' needs ProcessorConfig.Mode DISTRIBUTED.`);
    }
  } else if (config.ExecutionType === undefined) {
    report(`${here}/ProcessorConfig`, 'A distributed Map must say its ExecutionType, STANDARD or EXPRESS.');
  }
  checkReader(state.ItemReader, `${here}/ItemReader`, report);
  checkPart(state.ItemBatcher, placeFields.itemBatcher, `${here}/ItemBatcher`, report);
  checkPart(state.ResultWriter, placeFields.resultWriter, `${here}/ResultWriter`, report);
  if (isJsonObject(state.ResultWriter) && state.ResultWriter.Resource !== 'arn:aws:states:::s3:putObject') {
    report(`${here}/ResultWriter/Resource`, 'The Resource of a ResultWriter must be arn:aws:states:::s3:putObject.');
  }
  if (typeof state.Label === 'string' && !LABEL.test(state.Label)) {
    report(`${here}/Label`, 'A Label has 1 to 40 characters, no spaces and no special characters.');
  }
}

function checkReader(reader: Json | undefined, here: string, report: Report): void {
  if (!isJsonObject(reader)) return;
  checkPart(reader, placeFields.itemReader, here, report);
  const config = isJsonObject(reader.ReaderConfig) ? reader.ReaderConfig : {};
  checkFields(config, placeFields.readerConfig, `${here}/ReaderConfig`, report);
  const resource = String(reader.Resource);
  const type = String(config.InputType);
  if (resource === 'arn:aws:states:::s3:getObject') {
    if (!['CSV', 'JSON', 'JSONL'].includes(type)) {
      report(
        `${here}/ReaderConfig/InputType`,
        `The input type '${type}' is not read by the engine; it reads CSV, JSON and JSONL.`,
      );
    }
    if (type === 'CSV' && config.CSVHeaderLocation === undefined) {
      report(`${here}/ReaderConfig`, 'CSV needs a CSVHeaderLocation, FIRST_ROW or GIVEN.');
    }
  } else if (resource !== 'arn:aws:states:::s3:listObjectsV2') {
    report(
      `${here}/Resource`,
      `The item reader '${resource}' is not run by the engine; it has s3:getObject and s3:listObjectsV2.`,
    );
  }
}

function checkPart(part: Json | undefined, allowed: readonly string[], here: string, report: Report): void {
  if (!isJsonObject(part)) return;
  checkFields(part, allowed, here, report);
  checkTemplate(part.Parameters, `${here}/Parameters`, report);
  checkTemplate(part.BatchInput, `${here}/BatchInput`, report);
}
