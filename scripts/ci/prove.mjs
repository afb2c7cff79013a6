import { ROOT } from '../setup/setup.mjs'
import { chooseParts, runParts } from './parts.mjs'
import { PARTS } from './steps.mjs'

// `.ci/run` runs the gate, `.ci/run all` every part. `npm run nightly` runs every part except the gate, `npm run nightly -- storms random`
// these two. The exit code is 1 if a step failed, 2 if there is no such part.

const { gate, ...nightly } = PARTS
const [scope, ...names] = process.argv.slice(2)
try {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort(`the proof got ${name}`))
  const { failed } = await runParts(partsOf(scope, names), { root: ROOT, signal: stop.signal })
  if (failed > 0) process.exitCode = 1
} catch (error) {
  console.error(error.message)
  process.exitCode = 2
}

function partsOf(scope, names) {
  if (scope === 'nightly') return chooseParts(nightly, names)
  if (scope === 'all' && names.length === 0) return PARTS
  if (scope === 'gate' && names.length === 0) return { gate }
  const given = [scope, ...names].join(' ')
  throw new Error(`"${given}" is neither "gate" nor "all". For one part: npm run nightly -- NAME`)
}
