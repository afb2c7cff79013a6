import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Runs on any Node from 20 on, before anything is installed: nothing but built-in modules here.

/** An example of a package that another author makes: its files are outside the workspace, so it runs with everything installed. */
const THIRD_PARTY = {
  name: 'third-party',
  description: 'An app with an interceptor of another author among the default ones.',
  main: 'examples/third-party/app/app.ts',
  scope: 'all',
  options: ['--import', new URL('third-party.mjs', import.meta.url).href],
  smoke: { args: [], prints: 'quota' },
}

/** Every example: its name, what it shows, and how to start it. */
export function readExamples(root) {
  const names = readdirSync(join(root, 'examples')).filter((name) => existsSync(manifestOf(root, name)))
  const examples = names.map((name) => {
    const { description, smoke, scope = name } = JSON.parse(readFileSync(manifestOf(root, name), 'utf8'))
    return { name, description, smoke, scope, main: `examples/${name}/src/main.ts`, options: [] }
  })
  return [...examples, THIRD_PARTY].sort((one, other) => one.name.localeCompare(other.name))
}

const manifestOf = (root, name) => join(root, 'examples', name, 'package.json')

/** The example's name that the given one was probably meant to be, or undefined. */
export function guessOf(given, names) {
  const distances = names.map((name) => ({ name, distance: distance(given.toLowerCase(), name) }))
  const [best] = distances.sort((one, other) => one.distance - other.distance)
  return best !== undefined && best.distance <= Math.max(2, best.name.length / 3) ? best.name : undefined
}

/** How many letters to add, leave out, replace or swap. The name's beginning alone counts as one. */
function distance(given, name) {
  if (given.length > 1 && (name.startsWith(given) || name.split('-').includes(given))) return 1
  const rows = [Array.from({ length: name.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= given.length; row++) {
    rows[row] = [row]
    for (let column = 1; column <= name.length; column++) {
      const isSame = given[row - 1] === name[column - 1]
      let least = Math.min(
        rows[row - 1][column] + 1,
        rows[row][column - 1] + 1,
        rows[row - 1][column - 1] + (isSame ? 0 : 1),
      )
      const isSwapped = given[row - 1] === name[column - 2] && given[row - 2] === name[column - 1]
      if (row > 1 && column > 1 && isSwapped) least = Math.min(least, rows[row - 2][column - 2] + 1)
      rows[row][column] = least
    }
  }
  return rows[given.length][name.length]
}
