import { Pipeline } from '@stageflow/core'

import { launchBrowser, openPage } from './browser.mjs'
import { pause, servedPage } from './page-runs.mjs'

// Whether the page of a large run stays smooth while everything in it moves, and what that costs the app. It is a part of `npm run nightly`,
// because it needs a machine that does nothing else. The medians of five runs are judged.

const RUNS = 5
const STAGES = 200
const CHUNKS_PER_S = 10_000
const MEASURE_MS = 6_000
const MOST = { 'median frame, ms': 17, 'p99 frame, ms': 67, 'app, % of a core more': 12 }

const browser = await launchBrowser()
const rows = []
for (let run = 1; run <= RUNS; run++) {
  const unwatched = await underLoad({}, () => shareOfCore(() => pause(MEASURE_MS)))
  const { page: look, url, watched } = await servedPage()
  let frames = []
  const share = await underLoad(watched, async (id) => {
    const { page } = await openPage(browser, `${url}&${new URLSearchParams({ run: id }).toString()}`)
    await page.locator('[data-stage]').first().waitFor()
    const used = await shareOfCore(async () => {
      frames = await page.evaluate(framesFor, MEASURE_MS)
    })
    await page.context().close()
    return used
  })
  await look.close()
  const sorted = frames.toSorted((one, other) => one - other)
  const row = [sorted[Math.floor(sorted.length / 2)], sorted[Math.floor(sorted.length * 0.99)], share - unwatched]
  rows.push(row)
  console.log(`run ${run} of ${RUNS}: ${named(row)}`)
}
await browser.close()

const medians = Object.keys(MOST).map((_, place) => rows.map((row) => row[place]).toSorted((a, b) => a - b)[2])
const wrong = Object.entries(MOST).filter(([, most], place) => medians[place] > most)
console.log(`medians: ${named(medians)}`)
for (const [name, most] of wrong) console.error(`✗ ${name}: at most ${most} is allowed.`)
process.exit(wrong.length)

function named(row) {
  return Object.keys(MOST)
    .map((name, place) => `${row[place].toFixed(1)} ${name}`)
    .join(' · ')
}

/** Uses a run whose stages all yield chunks, while it goes on. */
async function underLoad(watched, use) {
  const end = new AbortController()
  async function* chunks({ signal }) {
    for (let chunk = 0; !signal.aborted; chunk++) {
      yield chunk
      await pause((1_000 * STAGES) / CHUNKS_PER_S)
    }
  }
  let pipeline = new Pipeline('large')
  for (let index = 0; index < STAGES; index++) pipeline = pipeline.withStage(`stage_${index}`, chunks)
  const running = pipeline.build(watched).start({}, { signal: end.signal })
  await pause(500) // until the code has been compiled
  const used = await use(running.pipelineRunId)
  end.abort('measured')
  const { report } = await running.settled
  const chunksPerS = (1_000 * totalChunks(report)) / (report.endedAt - report.startedAt)
  if (chunksPerS < 0.8 * CHUNKS_PER_S) throw new Error(`The load was only ${Math.round(chunksPerS)} chunks a second.`)
  return used
}

function totalChunks({ stages }) {
  return Object.values(stages).reduce((sum, { chunks }) => sum + chunks, 0)
}

/** How much of a core this process takes during some work, in percent. */
async function shareOfCore(work) {
  const [from, startedAt] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 10 / (performance.now() - startedAt)
}

/** In the browser: how long each frame took. */
function framesFor(ms) {
  return new Promise((resolve) => {
    const frames = []
    const until = performance.now() + ms
    let before
    function step(at) {
      if (before !== undefined) frames.push(at - before)
      before = at
      if (at < until) requestAnimationFrame(step)
      else resolve(frames)
    }
    requestAnimationFrame(step)
  })
}
