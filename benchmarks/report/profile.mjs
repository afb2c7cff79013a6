import { styleText } from 'node:util'
import { createFigures } from '../figures.mjs'
import { measure } from '../measure/spawn.mjs'
import { judge } from './targets.mjs'

const SHOWN = 30
const times = { warmMs: 1000, measureMs: 3000 }

/** Where the time of one shape goes: self time by function, sampled over a warm loop. */
export async function printProfile({ profile: shape, only, peers }, environment) {
  const peer = only === undefined ? 'core' : peers[0]
  process.stderr.write(`profiling ${peer} on ${shape} …\n`)
  const figures = await measure({ mode: 'profile', peer, shape, ...times }, environment)
  if (figures.functions === undefined) throw new Error(figures.error ?? 'ran out of time')
  const { functions, microsPerRun, stages, runs } = figures
  const paint = (style, text) => styleText(style, text, { stream: process.stdout })
  process.stdout.write(
    `${paint('bold', `${peer} on ${shape}`)}: ${(microsPerRun / stages).toFixed(3)} µs per stage while sampled, ${runs} runs, self time:\n`,
  )
  for (const { name, share } of functions.slice(0, SHOWN)) {
    const bar = '█'.repeat(Math.round(share * 60))
    process.stdout.write(`${(share * 100).toFixed(1).padStart(6)} %  ${name.padEnd(48)} ${paint('cyan', bar)}\n`)
  }
}

/** One profile for each peer that misses a target, of the first shape on which it does: the page shows why. */
export async function profileMissed(run, environment) {
  const missed = judge(createFigures(run), run.shapes).filter(({ met, profile }) => !met && profile !== undefined)
  const wanted = new Map(missed.toReversed().map(({ profile }) => [profile.peer, profile]))
  const profiles = []
  for (const { peer, shape } of [...wanted.values()].toReversed()) {
    process.stderr.write(`profiling ${peer} on ${shape}, which misses a target …\n`)
    const { functions } = await measure({ mode: 'profile', peer, shape, ...times }, environment)
    if (functions !== undefined) profiles.push({ peer, shape, functions: functions.slice(0, SHOWN) })
  }
  return profiles
}
