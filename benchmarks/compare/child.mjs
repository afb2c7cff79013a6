// One row of the given states in this process: node child.mjs '<json>'. Sends the figures to the parent as one message.
import { sep } from 'node:path'

import { microsOf } from '../figures.mjs'
import { openRow } from './open.mjs'

// Short slices, so that both states meet the same moments of a busy machine.
const SLICES = 75
const SLICE_MS = 4

const { row, states, profile } = JSON.parse(process.argv[2])
const message = await (profile ? profiled() : measured())
// process.send only queues: leaving at once would lose the message.
process.send(message, () => process.exit(0))

async function measured() {
  const sides = []
  const errors = {}
  for (const state of states) {
    try {
      sides.push(await openRow(row, state))
    } catch (error) {
      errors[state.name] = reasonOf(error, state)
    }
  }
  if (sides.length < states.length) return { errors }
  await warmUp(sides)
  const spent = sides.map(() => ({ micros: 0, runs: 0 }))
  for (let slice = 0; slice < SLICES; slice += 1) {
    // a b, b a, a b, …: what drifts within a pair meets both.
    const order = slice % 2 === 0 ? [0, 1] : [1, 0]
    for (const index of order) {
      const figures = await sides[index].repeat(SLICE_MS)
      spent[index].micros += microsOf(figures) * figures.runs
      spent[index].runs += figures.runs
    }
  }
  return { micros: Object.fromEntries(sides.map((side, at) => [side.name, perStage(side, spent[at])])) }
}

/** The first line of a message, without where the copy lies and which module of the benchmark asked. */
function reasonOf(error, { folder }) {
  const [line] = String(error?.message ?? error).split('\n')
  return line.replaceAll(`${folder}${sep}`, '').replace(/ imported from .*/, '')
}

function perStage({ stages }, { micros, runs }) {
  return micros / runs / stages
}

async function profiled() {
  const { profileRuns } = await import('../measure/profile.mjs')
  const side = await openRow(row, states[0])
  await warmUp([side])
  return await profileRuns(() => side.repeat(1_000))
}

/** Warms up, collects garbage, and warms up again: with the last object of a shape V8 drops the code optimized for it. */
async function warmUp(sides) {
  for (const share of [1 / 3, 1 / 3, 0, 1 / 3]) {
    if (share === 0) globalThis.gc()
    else for (const { repeat, warmMs } of sides) await repeat(warmMs * share)
  }
}
