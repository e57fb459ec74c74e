/** Counts what is under way, for those who wait until nothing is. */
export interface WorkGauge {
  begin(): void;
  end(): void;
  isBusy(): boolean;
  /** Resolves when the count is 0; at once if it is. */
  idle(): Promise<void>;
}

export function createWorkGauge(): WorkGauge {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      underWay += 1;
    },
    end() {
      underWay -= 1;
      if (underWay > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    isBusy: () => underWay > 0,
    idle: () => (underWay === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
