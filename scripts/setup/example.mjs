import { readExamples } from './examples.mjs'
import { launch } from './launch.mjs'
import { ROOT, setUp } from './setup.mjs'

// `npm run example hello` sets up what an example needs and runs its sources under the workspace's own Node. Without a name it lists
// the examples. Exit codes: those of the example; 1 if the set-up failed, 2 for a wrong name.

const [name, ...args] = process.argv.slice(2)
const examples = readExamples(ROOT)
const chosen = examples.find((example) => example.name === name)

if (chosen !== undefined) await start(chosen)
else if (name === undefined || name === '--help' || name === '-h') process.stdout.write(`${list()}\n`)
else {
  process.stderr.write(`${list()}\n\nThere is no example "${name}".\n`)
  process.exitCode = 2
}

async function start({ main, scope, options }) {
  const node = await setUp(scope).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
  launch(node, main, args, { options })
}

function list() {
  const widest = Math.max(...examples.map((example) => example.name.length))
  const rows = examples.map((example) => `  ${example.name.padEnd(widest)}  ${example.description}`)
  return [
    'Usage: npm run example NAME -- [options]',
    '',
    ...rows,
    '',
    'Each example prints its options with --help: npm run example hello -- --help',
  ].join('\n')
}
