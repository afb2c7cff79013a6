import { join } from 'node:path'

import { parse, walk } from './syntax.mjs'
import { readSources } from './workspace.mjs'

/** Which sources of a package import which others, types included. The files are named from the root. */
export function readImportGraph(root, folder) {
  const sources = readSources(root, folder)
  const files = new Set(sources.map(({ file }) => file))
  const edges = sources.map(({ file, text }) => {
    const targets = relativeImports(file, text).map((target) => join(file, '..', target).replaceAll('\\', '/'))
    return [file, new Set(targets.filter((target) => files.has(target)))]
  })
  return new Map(edges)
}

/** Every relative path that a file imports: `import`, `export … from`, `import()`, each also of types. */
function relativeImports(file, text) {
  const found = []
  walk(parse(file, text), ({ source }) => {
    if (typeof source?.value === 'string' && source.value.startsWith('.')) found.push(source.value)
  })
  return found
}

/** The circles of a graph: of each group of files that import each other the size, and the shortest way around. */
export function circlesOf(graph) {
  return groupsOf(graph).flatMap((group) => {
    const isCircle = group.length > 1 || graph.get(group[0]).has(group[0])
    return isCircle ? [{ size: group.length, way: wayAround(graph, group) }] : []
  })
}

/** The strongly connected components (Tarjan). */
function groupsOf(graph) {
  const order = new Map()
  const lowest = new Map()
  const stack = []
  const groups = []
  const visit = (file) => {
    order.set(file, order.size)
    lowest.set(file, order.get(file))
    stack.push(file)
    for (const target of graph.get(file)) {
      if (!order.has(target)) visit(target)
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file), lowest.get(target)))
    }
    if (lowest.get(file) === order.get(file)) groups.push(stack.splice(stack.indexOf(file)))
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return groups
}

/** The shortest way from the first file of a group back to itself. */
function wayAround(graph, group) {
  const start = group.toSorted()[0]
  const ways = [[start]]
  const seen = new Set()
  for (const way of ways) {
    for (const target of graph.get(way.at(-1))) {
      if (target === start) return [...way, start]
      if (!group.includes(target) || seen.has(target)) continue
      seen.add(target)
      ways.push([...way, target])
    }
  }
  return []
}
