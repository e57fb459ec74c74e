/** What a check found. `looked` says at what, so that a check that silently sees nothing is seen. */
export interface Outcome {
  readonly looked: string;
  readonly problems: readonly string[];
}

export interface Check {
  readonly name: string;
  run(root: string): Promise<Outcome> | Outcome;
}
