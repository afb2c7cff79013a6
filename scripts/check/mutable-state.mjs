import { changedNames, namesIn, unwrapped } from './assignment-targets.mjs'
import { childrenOf } from '../lib/syntax.mjs'

// Finds what a module changes after it has loaded: its variables and imports, and what they hold. An alias
// (`const same = list; same.push(1)`) is not followed.

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
// These keep no key alive, so they keep neither a run nor a user's data.
const WEAK = new Set(['WeakMap', 'WeakSet'])

/**
 * The changes to module-level variables that a module makes from inside functions: of each the variable and the node.
 * `weakImports` has the names that hold a WeakMap or a WeakSet where they are exported.
 */
export function changesOf(program, weakImports = new Set()) {
  const changes = []
  const bindings = moduleBindings(program)
  for (const { local, imported } of importsOf(program)) {
    bindings.set(local.name, weakImports.has(imported?.name) ? 'weak' : 'other')
  }
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
  return imports.flatMap(({ specifiers }) => specifiers)
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
