import type { CollectionKind, Group, ScalarKind, TableFormat } from '@tidemark/domain';

export interface DescribedFeature {
  readonly name: string;
  readonly type: ScalarKind;
  readonly collection: CollectionKind | undefined;
  /** Length of a Vector. */
  readonly dimension?: number | undefined;
}

export interface DescribedGroup {
  readonly groupName: string;
  /** `Created` when it can be used. */
  readonly status: string;
  readonly failureReason: string | undefined;
  readonly updateStatus: string | undefined;
  readonly features: readonly DescribedFeature[];
  readonly ttlMs: number | undefined;
  /** Whether it has an online store. */
  readonly online: boolean;
  readonly offline:
    | { readonly database: string; readonly table: string; readonly location: string; readonly tableFormat: TableFormat }
    | undefined;
}

/** The control plane of the feature store. */
export interface FeatureGroups {
  describe(groupName: string): Promise<DescribedGroup | undefined>;
  create(groupName: string, group: Group): Promise<void>;
  /** Does nothing where there is none. */
  remove(groupName: string): Promise<void>;
  /** Groups whose name contains the text. */
  list(nameContains: string): Promise<readonly { readonly groupName: string; readonly createdMs: number }[]>;
  addFeatures(groupName: string, features: readonly DescribedFeature[]): Promise<void>;
  /** Undefined takes the default time to live away. Holds for records written afterwards. */
  setTtl(groupName: string, ttlMs: number | undefined): Promise<void>;
}
