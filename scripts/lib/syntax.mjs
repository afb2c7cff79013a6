import { parseSync } from 'oxc-parser'

/** The syntax tree of a JavaScript or TypeScript file; throws if the file does not parse. */
export function parse(file, text) {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`)
  return program
}

/** The text with spaces in place of its comments, so that every position stays the same. */
export function withoutComments(file, text) {
  const { comments } = parseSync(file, text)
  return comments.reduceRight(
    (rest, { start, end }) => rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end),
    text,
  )
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
