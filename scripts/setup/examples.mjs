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
