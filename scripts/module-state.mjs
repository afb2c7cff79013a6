import { childrenOf } from './syntax.mjs'

// Finds what a module changes after it has loaded: its variables and imports, and what they hold. An alias
// (`const same = list; same.push(1)`) is not followed.

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const WRAPPERS = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
])
// These keep no key alive, so they keep neither a run nor a user's data.
const WEAK = new Set(['WeakMap', 'WeakSet'])
const MUTATORS = new Set('add clear copyWithin delete fill pop push reverse set shift sort splice unshift'.split(' '))
const MUTATING_FUNCTIONS = {
  Object: new Set(['assign', 'defineProperties', 'defineProperty', 'setPrototypeOf']),
  Reflect: new Set(['defineProperty', 'deleteProperty', 'set', 'setPrototypeOf']),
}

/**
 * The changes to module-level variables that a module makes from inside functions: of each the variable and the node.
 * `weakImports` has the names that hold a WeakMap or a WeakSet where they are exported.
 */
export function changesOf(program, weakImports = new Set()) {
  const changes = []
  const bindings = moduleBindings(program)
  for (const name of importsOf(program)) bindings.set(name, weakImports.has(name) ? 'weak' : 'other')
  visit(program, { shadowing: [], isLater: false })
  return changes

  function visit(node, { shadowing, isLater }) {
    const declared = declaredIn(node)
    const inner = declared.length > 0 ? [...shadowing, new Set(declared)] : shadowing
    if (isLater) {
      for (const { name, isAssigned } of changedNames(node)) {
        const isWeak = !isAssigned && bindings.get(name) === 'weak'
        if (bindings.has(name) && !isWeak && !inner.some((names) => names.has(name))) changes.push({ name, node })
      }
    }
    const runsLater = FUNCTIONS.has(node.type) || (node.type === 'PropertyDefinition' && !node.static)
    for (const child of childrenOf(node)) visit(child, { shadowing: inner, isLater: isLater || runsLater })
  }
}

/** The variables of a module that hold a WeakMap or a WeakSet. */
export function weakVariablesOf(program) {
  return [...moduleBindings(program)].flatMap(([name, kind]) => (kind === 'weak' ? [name] : []))
}

/** The variables, functions and classes of a module, each 'weak' or 'other'. */
function moduleBindings(program) {
  const bindings = new Map()
  for (const statement of program.body) {
    const declaration = statement.declaration ?? statement
    for (const name of namesDeclared(declaration)) bindings.set(name, 'other')
    for (const { id, init } of declaration.declarations ?? []) {
      const value = unwrapped(init)
      if (value?.type === 'NewExpression' && WEAK.has(value.callee.name)) bindings.set(id.name, 'weak')
    }
  }
  return bindings
}

function importsOf(program) {
  const imports = program.body.filter(({ type }) => type === 'ImportDeclaration')
  return imports.flatMap(({ specifiers }) => specifiers.map(({ local }) => local.name))
}

/** The names that a node declares for the nodes inside it, without those of the module. */
function declaredIn(node) {
  if (FUNCTIONS.has(node.type)) return node.params.flatMap(namesIn)
  if (node.type === 'CatchClause') return namesIn(node.param)
  if (/^For(In|Of)?Statement$/.test(node.type)) return namesDeclared(node.init ?? node.left)
  if (node.type === 'BlockStatement' || node.type === 'StaticBlock') return node.body.flatMap(namesDeclared)
  if (node.type === 'SwitchStatement') return node.cases.flatMap((each) => each.consequent.flatMap(namesDeclared))
  return []
}

function namesDeclared(statement) {
  if (statement?.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => namesIn(id))
  return /^(Function|Class)Declaration$/.test(statement?.type) ? [statement.id.name] : []
}

/** The names that a pattern binds or assigns: `a` and `b` of `{ a, x: [b] }`. */
function namesIn(pattern) {
  if (pattern === null || pattern === undefined) return []
  if (pattern.type === 'Identifier') return [pattern.name]
  return partsOf(pattern).flatMap(namesIn)
}

function partsOf(pattern) {
  if (pattern.type === 'ObjectPattern') return pattern.properties.map((each) => each.value ?? each.argument)
  if (pattern.type === 'ArrayPattern') return pattern.elements
  if (pattern.type === 'AssignmentPattern') return [pattern.left]
  return pattern.type === 'RestElement' ? [pattern.argument] : []
}

/** The variables that this node itself changes, or whose content it changes. */
function changedNames(node) {
  if (node.type === 'AssignmentExpression') return targetsOf(node.left)
  if (node.type === 'UpdateExpression') return targetsOf(node.argument)
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return targetsOf(node.left)
  if (node.type === 'UnaryExpression') return node.operator === 'delete' ? targetsOf(node.argument) : []
  if (node.type !== 'CallExpression') return []
  const callee = unwrapped(node.callee)
  if (callee.type !== 'MemberExpression') return []
  const method = callee.property.name
  if (MUTATING_FUNCTIONS[callee.object.name]?.has(method)) return rootOf(node.arguments[0])
  return MUTATORS.has(method) ? rootOf(callee.object) : []
}

function targetsOf(target) {
  const plain = unwrapped(target)
  if (plain === null || plain === undefined) return []
  if (plain.type === 'Identifier') return [{ name: plain.name, isAssigned: true }]
  return plain.type === 'MemberExpression' ? rootOf(plain.object) : partsOf(plain).flatMap(targetsOf)
}

/** The variable at the start of `a.b.c`, whose content changes. */
function rootOf(node) {
  const plain = unwrapped(node)
  if (plain?.type === 'MemberExpression') return rootOf(plain.object)
  return plain?.type === 'Identifier' ? [{ name: plain.name, isAssigned: false }] : []
}

function unwrapped(node) {
  return WRAPPERS.has(node?.type) ? unwrapped(node.expression) : node
}
