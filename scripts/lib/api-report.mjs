import { signaturesOf } from './signatures.mjs'

// How two versions of an API report differ.

/**
 * The signatures that a report lost and got, as `{ path, name }`: the text after that of the declaration it belongs to, and its name, such
 * as `WaitOptions.ms`. If a signature and its members differ, only the signature is returned. Lost is also what a new one takes from users,
 * although no line is gone, such as an option that they must pass.
 */
export function compareReports(before, now) {
  const [old, current] = [signaturesOf(codeOf(before)), signaturesOf(codeOf(now))]
  const [removed, added] = [without(old, current), without(current, old)]
  return { removed: [...removed, ...takenBy(added, removed, old)], added }
}

function takenBy(added, removed, old) {
  const isChanged = ({ name }) => removed.some((one) => one.name === name)
  const had = ({ parent, demand }) => old.some((one) => one.parent === parent && one.demand === demand)
  return added
    .filter((one) => one.demand !== undefined && !isChanged(one) && (one.demand === 'value' || !had(one)))
    .map(({ name, demand }) => ({
      name,
      path: demand === 'value' ? `no need of ${name}` : `no ${demand} of ${name.split('.', 1)[0]}`,
    }))
}

/** Both lists as the lines of a message: `- ` is a line that is gone, `+ ` is a new one. */
export function showChanges({ removed, added }) {
  return [...removed.map(({ path }) => `  - ${path}`), ...added.map(({ path }) => `  + ${path}`)].join('\n')
}

function codeOf(report) {
  return [...report.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text).join('')
}

function without(signatures, others) {
  const left = Map.groupBy(others, ({ path }) => path)
  const missing = signatures.filter(({ path }) => left.get(path)?.pop() === undefined)
  const paths = new Set(missing.map(({ path }) => path))
  return missing.filter(({ parent }) => !paths.has(parent))
}
