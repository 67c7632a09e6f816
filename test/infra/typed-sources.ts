import type { Node, ObjectLiteralExpression, SourceFile } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API, type Checker, type Project, type Type, type Symbol as TypeSymbol } from 'typescript/unstable/sync';

/** `SymbolFlags.Alias`: what an import names. */
const alias = 2_097_152;

/** Sources of a project with their types, read once for any number of walks. */
export class TypedSources {
  readonly root: string;
  readonly project: Project;
  readonly checker: Checker;
  readonly #api: API;
  readonly #symbols = new Map<Node, TypeSymbol>();
  readonly #prepared = new Set<string>();
  // One answer for all walks: each is a question to the compiler's process.
  readonly #types = new Map<Node, Type | undefined>();
  readonly #expected = new Map<Node, Type | undefined>();
  readonly #declarations = new Map<number, Node[]>();

  /** @param configuration Path of a tsconfig.json. */
  constructor(root: string, configuration: string) {
    this.root = root;
    this.#api = new API({ cwd: root });
    const project = this.#api.updateSnapshot({ openProjects: [configuration] }).getProjects()[0];
    if (project === undefined) throw new Error(`${configuration} is no project`);
    this.project = project;
    this.checker = project.checker;
  }

  file(source: string): SourceFile {
    const file = this.project.program.getSourceFile(this.root + source);
    if (file === undefined) throw new Error(`there is no ${source}`);
    return file;
  }

  symbolAt(name: Node): TypeSymbol | undefined {
    const file = name.getSourceFile();
    if (!this.#prepared.has(file.fileName)) this.#prepare(file);
    return this.#symbols.get(name);
  }

  /** `undefined` also for some tuples, for which the compiler has no answer that can be sent (TypeScript 7.0.2). */
  typeOf(node: Node): Type | undefined {
    const known = this.#types.get(node);
    if (known !== undefined || this.#types.has(node)) return known;
    const type = this.#askType(node);
    this.#types.set(node, type);
    return type;
  }

  #askType(node: Node): Type | undefined {
    try {
      return this.checker.getTypeAtLocation(node);
    } catch (error) {
      if (String(error).includes('TupleType')) return undefined;
      throw error;
    }
  }

  /** What declares a name, wherever it was imported from. */
  declarationsOf(symbol: TypeSymbol): readonly Node[] {
    const known = this.#declarations.get(symbol.id);
    if (known !== undefined) return known;
    const target = (symbol.flags & alias) === 0 ? symbol : this.checker.getAliasedSymbol(symbol);
    const declarations = target.declarations.flatMap((declaration) => declaration.resolve(this.project) ?? []);
    this.#declarations.set(symbol.id, declarations);
    return declarations;
  }

  /** The type that an object literal is to have where it stands. */
  expectedOf(literal: ObjectLiteralExpression): Type | undefined {
    if (!this.#expected.has(literal)) {
      const context = this.checker.getContextualType(literal);
      this.#expected.set(literal, context && (this.checker.getNonNullableType(context) ?? context));
    }
    return this.#expected.get(literal);
  }

  /** From the root of the project; `undefined` for what is not ours. */
  sourceOf(node: Node): string | undefined {
    const { fileName } = node.getSourceFile();
    const source = fileName.startsWith(this.root) ? fileName.slice(this.root.length) : '';
    return /^(core|container|functions)\//.test(source) ? source : undefined;
  }

  close(): void {
    this.#api.close();
  }

  /** All names of a file in one question. */
  #prepare(file: SourceFile): void {
    this.#prepared.add(file.fileName);
    const names: Node[] = [];
    const collect = (node: Node): void => {
      if (is.isIdentifier(node) || is.isPrivateIdentifier(node)) names.push(node);
      node.forEachChild(collect);
    };
    collect(file);
    for (const [index, symbol] of this.checker.getSymbolAtLocation(names).entries()) {
      const name = names[index];
      if (symbol !== undefined && name !== undefined) this.#symbols.set(name, symbol);
    }
  }
}
