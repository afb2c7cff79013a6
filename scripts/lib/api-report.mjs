// The lines of an API report, and how two versions of it differ.

/**
 * The lines that a report lost and got, each with the lines that it is indented under. The order of the lines doesn't count. If a
 * line and all below it differ, only the line is returned.
 */
export function compareReports(before, now) {
  const [old, current] = [linesOf(before), linesOf(now)]
  return { removed: without(old, current), added: without(current, old) }
}

/** Both lists as the lines of a message: `- ` is a line that is gone, `+ ` is a new one. */
export function showChanges({ removed, added }) {
  return [...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)].join('\n')
}

/** Every line of a report's code that has a word in it, after the lines that it is indented under. */
function linesOf(report) {
  const code = [...report.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text).join('')
  const open = []
  return code.split('\n').flatMap((line) => {
    if (!/\w/.test(line)) return []
    const indent = line.search(/\S/)
    while (open.length > 0 && open.at(-1).indent >= indent) open.pop()
    const parent = open.at(-1)?.path
    const path = parent === undefined ? line : `${parent} › ${line.trim()}`
    open.push({ indent, path })
    return [{ path, parent }]
  })
}

function without(lines, others) {
  const left = Map.groupBy(others, ({ path }) => path)
  const missing = lines.filter(({ path }) => left.get(path)?.pop() === undefined)
  const paths = new Set(missing.map(({ path }) => path))
  return missing.filter(({ parent }) => !paths.has(parent)).map(({ path }) => path)
}
