/**
 * Clock, randomness and environment are arguments in the pure packages. By syntax tree, since `new Date(ms)` is fine and
 * `new Date()` is not, and a comment may say either.
 */
import ts from 'typescript';
import type { Check } from './check.ts';
import { type TextFile, trackedFiles } from './tracked-files.ts';

const PURE = /^packages\/(domain|sql|pipeline|machines)\/src\/(?!.*[.](test|fixture)[.]ts$).*[.]ts$/;

const GLOBALS = new Set([
  'process',
  'performance',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'navigator',
]);
const MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'Temporal.Now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'AbortSignal.timeout',
  'import.meta.env',
]);
const IMPORTS = new Set([
  'randomBytes',
  'randomUUID',
  'randomInt',
  'getRandomValues',
  'randomFill',
  'randomFillSync',
  'webcrypto',
]);
const MODULES = /^(node:)?(process|os|timers|timers\/promises|perf_hooks)$/;

export const ambient: Check = {
  name: 'ambient',
  run(root) {
    const files = trackedFiles(root).filter((file) => PURE.test(file.path));
    return { looked: `${files.length} pure files`, problems: files.flatMap(findAmbient) };
  },
};

/** @returns `path:line` of every reach for something that must be an argument */
export function findAmbient({ path, text }: TextFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = ambientName(node, source);
    if (what !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      problems.push(`${path}:${line}: ${what}: take the time, the randomness or the setting as an argument`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function ambientName(node: ts.Node, source: ts.SourceFile): string | undefined {
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return 'Date()';
  if (ts.isPropertyAccessExpression(node) && MEMBERS.has(node.getText(source))) return node.getText(source);
  if (ts.isImportSpecifier(node) && IMPORTS.has((node.propertyName ?? node.name).text)) return node.getText(source);
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && MODULES.test(node.moduleSpecifier.text))
    return node.moduleSpecifier.text;
  if (ts.isIdentifier(node) && GLOBALS.has(node.text) && isReference(node)) return node.text;
  return undefined;
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** Not the name of a member, a parameter or a declaration that happens to be called the same. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent))
    return parent.initializer === node;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isImportSpecifier(parent)
  );
}
