/** The Data Catalog as a role sees it that runs a query: the same store, each call judged first. */
import type { GlueStore } from '../glue/glue-store.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Access } from './access.ts';
import { impliedCalls } from './implied-calls.ts';
import type { Principal } from './principal.ts';
import { type GlueName, glueResource } from './requests/glue-arns.ts';

export function guardGlue(
  glue: GlueStore,
  access: Access,
  principal: Principal | undefined,
  place: { readonly account: string; readonly region: string },
): GlueStore {
  if (principal === undefined) return glue;
  const may = (action: string, name: GlueName = {}) => {
    const requests = glueResource(place, name).map((resource) => ({ action, resource }));
    const refusal = access.refusal(principal, 'athena.query', requests);
    if (refusal !== undefined) {
      throw new AwsError('AccessDenied', `Insufficient permissions to execute the query. ${refusal}`);
    }
  };
  const [getDatabase, getTable] = impliedCalls.describeQueriedTable.actions;
  const [getPartitions] = impliedCalls.readQueriedPartitions.actions;
  return {
    ...glue,
    database(name) {
      may(getDatabase, { database: name });
      return glue.database(name);
    },
    databases() {
      may('glue:GetDatabases');
      return glue.databases();
    },
    createDatabase(database) {
      may('glue:CreateDatabase', { database: database.name });
      glue.createDatabase(database);
    },
    table(database, table) {
      may(getDatabase, { database });
      may(getTable, { database, table });
      return glue.table(database, table);
    },
    tables(database) {
      may('glue:GetTables', { database });
      return glue.tables(database);
    },
    createTable(database, input) {
      may('glue:CreateTable', { database, table: input.Name });
      glue.createTable(database, input);
    },
    dropTable(database, table) {
      may('glue:DeleteTable', { database, table });
      glue.dropTable(database, table);
    },
    partitions(database, table) {
      may(getPartitions, { database, table });
      return glue.partitions(database, table);
    },
    addPartition(database, table, input) {
      may('glue:BatchCreatePartition', { database, table });
      return glue.addPartition(database, table, input);
    },
  };
}
