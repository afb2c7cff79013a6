import { fakeModelServer } from '../../packages/testing/src/model-server.ts'
import { contenders } from './contenders.mjs'
import { CHUNKS, PATIENCE_MS, RUNS, STOP_AFTER, faults } from './faults.mjs'
import { outcomeOf, usageOutcomeOf } from './outcome.mjs'

// Runs every fault with one contender, and prints what came of it. Its own process: what a library leaves behind touches no other.

const QUESTION = 'What is my balance?'
const contender = contenders.find(({ id }) => id === process.argv[2])
const { ask } = await import(contender.module)

// A rejection that nothing handles ends a process of Node. It is counted, and this process goes on.
let unhandled = 0
process.on('unhandledRejection', () => (unhandled += 1))
process.on('uncaughtException', () => (unhandled += 1))

const results = {}
for (const fault of faults) {
  results[fault.id] = []
  for (let run = 0; run < RUNS; run += 1) results[fault.id].push(await runOf(fault))
}
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit())

async function runOf({ main, limitMs, stops = false }) {
  const [mainServer, spareServer] = [await fakeModelServer([main]), await fakeModelServer([{ text: CHUNKS }])]
  const [before, stopping, texts] = [unhandled, new AbortController(), []]
  const onText = (text) => {
    texts.push(text)
    if (stops && texts.length === STOP_AFTER) stopping.abort(new Error('The reader stops.'))
  }
  const asked = { mainUrl: mainServer.url, spareUrl: spareServer.url, limitMs, question: QUESTION }
  const answer = ask({ ...asked, signal: stopping.signal, onText })
  const end = await within(answer.then(async ({ read, text }) => (await read(), await text())))
  const usage = stops ? await within(answer.then((given) => given.usage())) : undefined
  const seen = {
    texts,
    failed: 'error' in end,
    ended: !('late' in end),
    asked: spareServer.requests.length > 0,
  }
  const error = end.error === undefined ? undefined : String(end.error?.message ?? end.error).slice(0, 200)
  await new Promise((resolve) => setTimeout(resolve, 20)) // what a library throws late is counted here
  const result = {
    outcome: stops ? usageOutcomeOf(usage) : outcomeOf(seen),
    text: texts.join(''),
    ...(error !== undefined && { error }),
    ...(usage?.value !== undefined && { usage: usage.value }),
    requests: [mainServer.requests.length, spareServer.requests.length],
    unhandled: unhandled - before,
  }
  stopping.abort()
  await Promise.all([mainServer.close(), spareServer.close()])
  return result
}

/** The value or the error of a promise; `late` if it takes too long. */
async function within(promise) {
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, { late: true })))
  const ended = promise.then(
    (value) => ({ value }),
    (error) => ({ error: error ?? new Error('It threw nothing.') }),
  )
  try {
    return await Promise.race([ended, late])
  } finally {
    clearTimeout(timer)
  }
}
