import { parse, walk } from './syntax.mjs'

// The values that code uses where an option was left out, as far as they can be read without running it.

/**
 * The values by the names of options, each a list: of `{ attempts = 3 }`, `options.attempts ?? 3` and `{ attempts: 3 }`. A constant counts as
 * what it holds. `files` have the path and text of sources.
 */
export function defaultsInCode(files) {
  const defaults = new Map()
  const add = (name, value) => defaults.set(name, [...(defaults.get(name) ?? []), value])
  for (const { file, text } of files) {
    const program = parse(file, text)
    const valueOf = readerOf(program)
    walk(program, (node) => {
      const [name, value] = defaultIn(node)
      const read = name === undefined ? undefined : valueOf(value)
      if (read !== undefined) add(name, read)
    })
  }
  return defaults
}

/** The name of an option, and the syntax of what stands in for it. */
function defaultIn(node) {
  if (node.type === 'Property' && node.key.name !== undefined)
    return [node.key.name, node.value.type === 'AssignmentPattern' ? node.value.right : node.value]
  if (node.type === 'LogicalExpression' && node.operator === '??' && node.left.type === 'MemberExpression')
    return [node.left.property.name, node.right]
  return []
}

/** Reads literals, sums and products of them, and the constants of one file that hold such a value. */
function readerOf(program) {
  const constants = new Map()
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init !== null)
      constants.set(node.id.name, node.init)
  })
  const read = (node, depth = 0) => {
    if (node.type === 'Literal' && node.value !== null && typeof node.value !== 'object') return node.value
    if (node.type === 'BinaryExpression' && depth < DEEPEST) return calculated(node, (side) => read(side, depth + 1))
    const constant = node.type === 'Identifier' ? constants.get(node.name) : undefined
    return constant === undefined || depth === DEEPEST ? undefined : read(constant, depth + 1)
  }
  return read
}

const DEEPEST = 5

function calculated({ operator, left, right }, read) {
  const [one, other] = [read(left), read(right)]
  if (typeof one !== 'number' || typeof other !== 'number') return undefined
  return { '*': one * other, '+': one + other, '-': one - other, '**': one ** other }[operator]
}
