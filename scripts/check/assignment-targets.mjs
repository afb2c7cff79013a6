// What a node of a syntax tree assigns or changes.

const WRAPPERS = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
])
const MUTATORS = new Set('add clear copyWithin delete fill pop push reverse set shift sort splice unshift'.split(' '))
const MUTATING_FUNCTIONS = {
  Object: new Set(['assign', 'defineProperties', 'defineProperty', 'setPrototypeOf']),
  Reflect: new Set(['defineProperty', 'deleteProperty', 'set', 'setPrototypeOf']),
}

/** The variables that this node itself changes, or whose content it changes. */
export function changedNames(node) {
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

/** The expression inside parentheses, casts and optional chains. */
export function unwrapped(node) {
  return WRAPPERS.has(node?.type) ? unwrapped(node.expression) : node
}

/** The names that a pattern binds or assigns: `a` and `b` of `{ a, x: [b] }`. */
export function namesIn(pattern) {
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
