import { parseSync } from 'oxc-parser'

/** The syntax tree of a JavaScript or TypeScript file; throws if the file does not parse. */
export function parse(file, text) {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`)
  return program
}

/** Calls `visit` with every node of a tree and its parent, parents first. */
export function walk(node, visit, parent) {
  visit(node, parent)
  for (const child of childrenOf(node)) walk(child, visit, node)
}

/** The nodes right below a node, in the order of the source. */
export function childrenOf(node) {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value) {
  return typeof value?.type === 'string'
}
