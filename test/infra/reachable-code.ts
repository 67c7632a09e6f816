import { type Identifier, type Node, type ObjectLiteralExpression, SyntaxKind } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { SignatureKind, type Type, type Symbol as TypeSymbol } from 'typescript/unstable/sync';
import type { TypedSources } from './typed-sources.ts';

/** A name of a package that reachable code uses. */
export interface PackageUse {
  package: string;
  name: string;
  /** What declares the name in the package, such as a class. */
  declaredIn: string;
  /** Whether it is called with a list first. */
  takesList: boolean;
  /** Source in which it is used, from the root of the project. */
  source: string;
}

/** A value that an object literal hands over. */
interface Held {
  /** Where its class is known. */
  class?: Node;
  /** Makes it when it is first used. */
  maker?: Node;
}

type FunctionNode = Node & { name?: Node };
const functionKinds: ReadonlySet<SyntaxKind> = new Set([
  ...[SyntaxKind.ArrowFunction, SyntaxKind.FunctionExpression, SyntaxKind.FunctionDeclaration, SyntaxKind.MethodDeclaration],
  ...[SyntaxKind.Constructor, SyntaxKind.GetAccessor, SyntaxKind.SetAccessor],
]);
const isFunction = (node: Node | undefined): node is FunctionNode => node !== undefined && functionKinds.has(node.kind);
const variables: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.VariableDeclaration,
  SyntaxKind.Parameter,
  SyntaxKind.BindingElement,
]);
const typesOnly: ReadonlySet<SyntaxKind> = new Set([
  ...[
    SyntaxKind.InterfaceDeclaration,
    SyntaxKind.TypeAliasDeclaration,
    SyntaxKind.ImportDeclaration,
    SyntaxKind.ClassDeclaration,
  ],
]);
/**
 * What code that an entry point can reach uses of packages: an upper bound, by the types. A call of an interface's method reaches that
 * method of every class that reachable code makes and of every object literal there; a call of a function that was handed over reaches
 * every function of its result's type that a composition returns. Which branch is taken is not looked at.
 */
export class ReachableCode {
  readonly uses: PackageUse[] = [];
  readonly #sources: TypedSources;
  readonly #isLeftOut: (source: string) => boolean;
  readonly #queue: Node[] = [];
  readonly #reached = new Set<Node>();
  readonly #made = new Set<Node>();
  readonly #demanded = new Set<Node | string>();
  readonly #providers = new Map<Node | string, Node[]>();
  /** What is called of what a part of an interface holds, and what it holds. */
  readonly #demandedOf = new Map<Node, Set<Node>>();
  readonly #held = new Map<Node, Held[]>();
  /** Methods of classes that are made, by name: for objects that fit an interface without saying so. */
  readonly #methods = new Map<string, Node[]>();

  /** @param isLeftOut Sources whose code does not run, by what the caller knows of the entry. */
  constructor(sources: TypedSources, entry: string, isLeftOut: (source: string) => boolean = () => false) {
    this.#sources = sources;
    this.#isLeftOut = isLeftOut;
    sources.file(entry).forEachChild((statement) => this.#scan(statement));
    do {
      for (let node = this.#queue.pop(); node !== undefined; node = this.#queue.pop()) this.#enter(node);
      this.#provideByName();
    } while (this.#queue.length > 0);
  }

  #enter(node: Node): void {
    if (is.isCallExpression(node)) {
      // A port that is made late: by whatever it is made of.
      for (const argument of node.arguments) {
        if (isFunction(argument)) this.#scan(argument);
        else this.#demandResultOf(argument);
      }
      return;
    }
    const { name } = node as FunctionNode;
    node.forEachChild((child) => {
      if (child !== name) this.#scan(child);
    });
  }

  /** As if the function that is handed over here were called. */
  #demandResultOf(handedOver: Node): void {
    const { checker } = this.#sources;
    const type = this.#sources.typeOf(handedOver);
    for (const signature of type === undefined ? [] : checker.getSignaturesOfType(type, SignatureKind.Call)) {
      const result = checker.getReturnTypeOfSignature(signature);
      if (result !== undefined) this.#demand(this.#resultKey(result));
    }
  }

  #reach(node: Node): void {
    const source = this.#sources.sourceOf(node);
    if (this.#reached.has(node) || source === undefined || this.#isLeftOut(source)) return;
    this.#reached.add(node);
    this.#queue.push(node);
  }

  #demand(key: Node | string): void {
    if (this.#demanded.has(key)) return;
    this.#demanded.add(key);
    for (const provider of this.#providers.get(key) ?? []) this.#reach(provider);
  }

  #provide(key: Node | string, provider: Node): void {
    this.#providers.set(key, [...(this.#providers.get(key) ?? []), provider]);
    if (this.#demanded.has(key)) this.#reach(provider);
  }

  #provideByName(): void {
    for (const [holder, methods] of this.#demandedOf) {
      // Nobody says what it holds: it may be anything.
      if (!this.#held.has(holder)) for (const method of methods) this.#demand(method);
    }
    for (const key of this.#demanded) {
      if (typeof key === 'string' || this.#providers.has(key) || !isCallableMember(key)) continue;
      for (const method of this.#methods.get(nameOf(key) ?? '') ?? []) this.#reach(method);
    }
  }

  #scan = (node: Node): void => {
    if (is.isTypeNode(node) || typesOnly.has(node.kind)) return;
    if (is.isIdentifier(node) || is.isPrivateIdentifier(node)) {
      const symbol = this.#sources.symbolAt(node);
      if (symbol !== undefined) this.#follow(symbol, node);
      return;
    }
    if (is.isObjectLiteralExpression(node)) {
      this.#scanObject(node);
      return;
    }
    if (is.isCallExpression(node)) {
      if (isNamed(node.expression, 'lazyPort')) {
        // Made when one of its methods is first called.
        const type = this.#sources.typeOf(node);
        if (type === undefined) return;
        for (const method of this.#sources.checker.getPropertiesOfType(type)) this.#provideMember(method, node);
        return;
      }
      this.#demandFunction(node, node.expression);
    }
    if (is.isReturnStatement(node) && isFunction(node.expression) && this.#isComposition(node)) {
      const signature = this.#sources.checker.getSignatureFromDeclaration(node.expression);
      const result = signature && this.#sources.checker.getReturnTypeOfSignature(signature);
      if (result !== undefined) this.#provide(this.#resultKey(result), node.expression);
      return;
    }
    if (is.isObjectBindingPattern(node)) this.#scanPattern(node);
    node.forEachChild(this.#scan);
  };

  /** The part of an interface that holds what a method is called of, such as `secrets` in `ports.secrets.get()`. */
  #holderOf(method: Node): Node | undefined {
    const access = method.parent;
    if (!is.isPropertyAccessExpression(access) || access.name !== method) return undefined;
    const of = is.isPropertyAccessExpression(access.expression) ? access.expression.name : access.expression;
    const symbol = this.#sources.symbolAt(of);
    const [declaration] = symbol === undefined ? [] : this.#sources.declarationsOf(symbol);
    return declaration !== undefined && is.isPropertySignatureDeclaration(declaration) ? declaration : undefined;
  }

  #demandOf(holder: Node, method: Node): void {
    const demanded = this.#demandedOf.get(holder) ?? new Set();
    if (demanded.has(method)) return;
    this.#demandedOf.set(holder, demanded.add(method));
    for (const held of this.#held.get(holder) ?? []) this.#callHeld(held, method);
  }

  /** Remembers what an object literal puts into a part of the interface that it is made for. */
  #hold(holder: TypeSymbol, value: Node, type: Type | undefined): void {
    const maker = is.isCallExpression(value) && isNamed(value.expression, 'lazyPort') ? value : undefined;
    const make = maker?.arguments.findLast((argument) => is.isArrowFunction(argument));
    const made = make === undefined ? type : this.#sources.typeOf(make.body);
    const [declaration] = made?.getSymbol() === undefined ? [] : this.#sources.declarationsOf(made.getSymbol() as TypeSymbol);
    const held: Held = {
      ...(maker === undefined ? {} : { maker }),
      ...(declaration !== undefined && is.isClassDeclaration(declaration) ? { class: declaration } : {}),
    };
    for (const place of this.#sources.declarationsOf(holder)) {
      this.#held.set(place, [...(this.#held.get(place) ?? []), held]);
      for (const method of this.#demandedOf.get(place) ?? []) this.#callHeld(held, method);
    }
  }

  #callHeld(held: Held, method: Node): void {
    if (held.maker !== undefined) this.#reach(held.maker);
    const name = nameOf(method);
    const members = held.class !== undefined && is.isClassDeclaration(held.class) ? [...held.class.members] : [];
    const own = members.find((member) => nameOf(member) === name);
    if (own === undefined) this.#demand(method);
    else this.#reach(own);
  }

  /** A function that somebody handed over, by a variable or as a part of an object. */
  #demandFunction(call: Node, callee: Node): void {
    const name = is.isPropertyAccessExpression(callee) ? callee.name : callee;
    const symbol = this.#sources.symbolAt(name);
    const declarations = symbol === undefined ? [] : this.#sources.declarationsOf(symbol);
    if (!declarations.some((declaration) => variables.has(declaration.kind) || isCallableMember(declaration))) return;
    const type = this.#sources.typeOf(call);
    if (type !== undefined) this.#demand(this.#resultKey(type));
  }

  #resultKey(type: Type): string {
    return this.#sources.checker.typeToString(type);
  }

  #isComposition(node: Node): boolean {
    return this.#sources.sourceOf(node)?.startsWith('functions/composition/') ?? false;
  }

  #scanPattern(pattern: Node & { elements: readonly Node[] }): void {
    const { checker } = this.#sources;
    const type = this.#sources.typeOf(pattern);
    for (const element of pattern.elements) {
      if (!is.isBindingElement(element)) continue;
      const name = (element.propertyName ?? element.name) as Partial<Identifier> | undefined;
      const member = type && name?.text !== undefined ? checker.getPropertyOfType(type, name.text) : undefined;
      if (member === undefined) continue;
      for (const declaration of this.#sources.declarationsOf(member)) this.#demand(declaration);
    }
  }

  #scanObject(node: ObjectLiteralExpression): void {
    const { checker } = this.#sources;
    const expected = this.#sources.expectedOf(node);
    for (const property of node.properties as readonly Node[]) {
      const value = is.isMethodDeclaration(property) ? property : (property as { initializer?: Node }).initializer;
      const name = nameOf(property);
      const place = expected && name !== undefined ? checker.getPropertyOfType(expected, name) : undefined;
      if (place !== undefined && !isFunction(value) && !isFunction(property)) {
        const shorthand = is.isShorthandPropertyAssignment(property) && checker.getShorthandAssignmentValueSymbol(property);
        const type = shorthand ? checker.getTypeOfSymbol(shorthand) : value && this.#sources.typeOf(value);
        this.#hold(place, value ?? property, type);
      }
      if (isFunction(value) && name !== undefined) {
        this.#provide(property, value);
        // What nobody expects by a name may be called by anybody, and a package calls what it expects.
        if (place === undefined || !this.#isOurs(place)) this.#reach(value);
        else this.#provideMember(place, value);
      } else if (isFunction(property)) this.#reach(property);
      else if (is.isShorthandPropertyAssignment(property)) {
        const symbol = checker.getShorthandAssignmentValueSymbol(property);
        if (symbol === undefined) continue;
        this.#follow(symbol, property.name);
        const functions = this.#sources.declarationsOf(symbol).filter(isFunction);
        if (place !== undefined) for (const each of functions) this.#provideMember(place, each);
      } else {
        property.forEachChild((child) => {
          if (child !== (property as FunctionNode).name) this.#scan(child);
        });
      }
    }
  }

  #isOurs(member: TypeSymbol): boolean {
    return this.#sources.declarationsOf(member).some((declaration) => this.#sources.sourceOf(declaration) !== undefined);
  }

  #provideMember(member: TypeSymbol, provider: Node): void {
    for (const declaration of this.#sources.declarationsOf(member)) this.#provide(declaration, provider);
  }

  #follow(symbol: TypeSymbol, name: Node): void {
    for (const declaration of this.#sources.declarationsOf(symbol)) {
      if (this.#sources.sourceOf(declaration) === undefined) this.#noteUse(symbol, name, declaration);
      else if (is.isVariableDeclaration(declaration)) {
        if (is.isSourceFile(declaration.parent.parent.parent)) this.#reach(declaration);
      } else if (is.isClassDeclaration(declaration)) {
        if (is.isNewExpression(name.parent)) this.#make(declaration);
      } else {
        if (isFunction(declaration)) this.#reach(declaration);
        const holder = isCallableMember(declaration) ? this.#holderOf(name) : undefined;
        if (holder === undefined) this.#demand(declaration);
        else this.#demandOf(holder, declaration);
      }
    }
  }

  #noteUse(symbol: TypeSymbol, name: Node, declaration: Node): void {
    const found = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(declaration.getSourceFile().fileName)?.[1];
    const call = name.parent?.parent;
    const first = call !== undefined && is.isCallExpression(call) ? call.arguments[0] : undefined;
    const type = first && this.#sources.typeOf(first);
    const { parent } = declaration as { parent?: FunctionNode };
    if (found === undefined) return;
    this.uses.push({
      package: found,
      name: symbol.name,
      declaredIn: (parent && nameOf(parent)) ?? '',
      takesList: type !== undefined && this.#sources.checker.isArrayLikeType(type),
      source: this.#sources.sourceOf(name) ?? '',
    });
  }

  #make(declaration: Node): void {
    if (this.#made.has(declaration) || !is.isClassDeclaration(declaration)) return;
    this.#made.add(declaration);
    const { checker } = this.#sources;
    const heritage = (declaration.heritageClauses ?? []).flatMap(({ types }) => [...types]);
    const bases = heritage.flatMap((type) => this.#sources.typeOf(type) ?? []);
    for (const { expression } of heritage) {
      const symbol = this.#sources.symbolAt(expression);
      for (const base of symbol === undefined ? [] : this.#sources.declarationsOf(symbol)) this.#make(base);
    }
    for (const member of declaration.members) {
      if (is.isConstructorDeclaration(member)) this.#reach(member);
      else if (is.isPropertyDeclaration(member)) this.#enter(member);
      const name = isFunction(member) ? nameOf(member) : undefined;
      if (name === undefined) continue;
      this.#methods.set(name, [...(this.#methods.get(name) ?? []), member]);
      for (const base of bases) {
        const inherited = checker.getPropertyOfType(base, name);
        if (inherited === undefined) continue;
        if (this.#isOurs(inherited)) this.#provideMember(inherited, member);
        else this.#reach(member);
      }
    }
  }
}

/** Whether a part of an interface is a method, or a property that holds a function. */
function isCallableMember(node: Node): boolean {
  if (is.isMethodSignatureDeclaration(node)) return true;
  return is.isPropertySignatureDeclaration(node) && node.type !== undefined && is.isFunctionTypeNode(node.type);
}

function isNamed(node: Node, name: string): boolean {
  return is.isIdentifier(node) && node.text === name;
}

/** Of what has a plain name. */
function nameOf(node: Node): string | undefined {
  return ((node as FunctionNode).name as Partial<Identifier> | undefined)?.text;
}
