/**
 * Text that must not stand in the repository, or not there. Each rule is data; test/checks/forbidden-text.test.ts plants a
 * violation of every one of them.
 */
import type { Check } from './check.ts';
import { type TextFile, trackedFiles } from './tracked-files.ts';

export interface TextRule {
  readonly name: string;
  readonly why: string;
  /** Without the global flag: one finding a line is enough. */
  readonly pattern: RegExp;
  /** Files the rule does not look at. */
  readonly except: RegExp;
}

/** The rules themselves, and the tests that plant violations of them. */
const RULES = /^scripts\/check\/|^test\/checks\//;
const TESTS = /^test\/|^bench\/|^packages\/testing\/|[.](test|fixture)[.]ts$/;
const PROSE = /^docs\/|[.]md$/;
const MAY_BE_LOCAL = /^packages\/(cli|engine)\/|^scripts\/stacks\//;
/** There the word means AWS's own: of a network, a subscription, an API. */
const STACKS = /^stacks\//;
/** npm's own words about packages. */
const LOCK_FILE = /^package-lock[.]json$/;

export const TEXT_RULES: readonly TextRule[] = [
  {
    name: 'no-local-branch',
    why: 'only the CLI, the engine and tests may know that AWS can be somewhere else',
    pattern: /localhost|127[.]0[.]0[.]1|\[::1\]|local[ -_]?mode|is[-_]?local\b/i,
    except: union(RULES, TESTS, PROSE, MAY_BE_LOCAL, LOCK_FILE),
  },
  {
    name: 'no-own-endpoint',
    why: 'where AWS is, the environment of a process says (AWS_ENDPOINT_URL), and nothing else',
    pattern: /endpoint/i,
    except: union(RULES, TESTS, PROSE, MAY_BE_LOCAL, STACKS, LOCK_FILE),
  },
  {
    name: 'no-registry-host',
    why: 'which registry serves the packages is the business of whoever installs them',
    pattern: /\bregistry[.][a-z0-9-]+[.][a-z]{2,}|\/\/[a-z0-9.-]*(npmjs|npmmirror|yarnpkg|jfrog)[.]/i,
    except: RULES,
  },
  {
    name: 'no-machine-path',
    why: 'a path of one machine means nothing on another',
    pattern: /(?<![\w.*~-])\/(work|root|home\/\w+|Users\/\w+|mnt\/\w+)\/|\b[A-Z]:\\+Users\\/,
    except: RULES,
  },
  {
    name: 'no-unfinished-mark',
    why: 'what is missing is written down as an issue, or done',
    pattern: /\b(TODO|FIXME|XXX)\b/,
    except: union(RULES, LOCK_FILE),
  },
];

export const forbiddenText: Check = {
  name: 'text',
  run(root) {
    const files = trackedFiles(root);
    return { looked: `${files.length} files, ${TEXT_RULES.length} rules`, problems: findForbiddenText(files) };
  },
};

/** @returns `path:line` and the rule that is broken there, in the files' order */
export function findForbiddenText(files: readonly TextFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const rules = TEXT_RULES.filter((rule) => !rule.except.test(path));
    return text
      .split('\n')
      .flatMap((line, index) =>
        rules.filter((rule) => rule.pattern.test(line)).map((rule) => `${path}:${index + 1}: ${rule.name}: ${rule.why}`),
      );
  });
}

function union(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map((pattern) => pattern.source).join('|'));
}
