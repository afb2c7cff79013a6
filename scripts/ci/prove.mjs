import { ROOT } from '../setup/setup.mjs'
import { chooseParts, runParts } from './parts.mjs'
import { PARTS } from './steps.mjs'

// `.ci/run` runs the gate, `.ci/run all` every part. `npm run nightly` runs every part except the gate, `npm run nightly -- storms random`
// these two, `npm run nightly -- edges --long` a part that tries more. The exit code is 1 if a step failed, 2 if there is no such part.

const { gate, ...nightly } = PARTS
const LONG = '--long'
const isLong = process.argv.includes(LONG)
const [scope, ...names] = process.argv.slice(2).filter((word) => word !== LONG)
try {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort(`the proof got ${name}`))
  const parts = isLong ? longParts(partsOf(scope, names)) : partsOf(scope, names)
  const env = isLong ? { ...process.env, STAGEFLOW_LONG: '1' } : process.env
  const { failed } = await runParts(parts, { root: ROOT, signal: stop.signal, env })
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

/** The parts with the time that they have with --long. */
function longParts(parts) {
  const short = Object.keys(parts).filter((name) => parts[name].long === undefined)
  if (short.length > 0) throw new Error(`${LONG} is for parts that try more with it: ${short.join(', ')} do not.`)
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { ...part, minutes: part.long }]))
}
