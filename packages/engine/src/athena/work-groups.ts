/** Workgroups: `primary`, which every account has, and those of the deployment, whose result location stands over a client's. */
export interface WorkGroupSpec {
  readonly name: string;
  /** `s3://bucket/prefix/` of every result, whatever a client asks for. */
  readonly outputLocation: string;
}

export interface WorkGroup {
  readonly name: string;
  readonly outputLocation: string | undefined;
}

export interface WorkGroups {
  /** Instead of the former ones. */
  deploy(specs: readonly WorkGroupSpec[]): void;
  find(name: string): WorkGroup | undefined;
}

const PRIMARY: WorkGroup = { name: 'primary', outputLocation: undefined };

export function createWorkGroups(): WorkGroups {
  let deployed = new Map<string, WorkGroup>();
  return {
    deploy(specs) {
      deployed = new Map(specs.map((spec) => [spec.name, spec]));
    },
    find: (name) => (name === PRIMARY.name ? PRIMARY : deployed.get(name)),
  };
}
