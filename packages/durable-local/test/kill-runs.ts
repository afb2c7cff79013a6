import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

import { openRequests, resumeSettled } from '@stageflow/core/durable'
import { durableLocal } from '@stageflow/durable-local'
import type { RunDetails } from '@stageflow/durable-local'

import { answersFor, randomFrom, randomGraph, shown } from './random-graph.ts'

const WORKER = fileURLToPath(new URL('./kill-worker.ts', import.meta.url))

export interface KillPlan {
  readonly runs: number
  readonly kills: number
  /** How many workers carry the same runs at once. */
  readonly workers: number
  readonly leaseMs: number
  readonly seed: number
}

export interface KillCounts {
  readonly runs: number
  readonly kills: number
  readonly legs: number
  readonly facts: number
  readonly lines: number
  /** Calls that ran more than once, because they were in progress at a kill. */
  readonly linesTwice: number
  /** Calls that ran again after the journal had their facts. */
  readonly settledAgain: readonly string[]
  readonly notEnded: readonly string[]
  /** Runs of order-free graphs that ended otherwise than in process. */
  readonly different: readonly string[]
  readonly orderFree: number
}

/** Carries random runs in processes that are killed at random, and counts what happened. */
export async function killRuns(plan: KillPlan): Promise<KillCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'durable-local-kill-'))
  try {
    return await inFolder(plan, join(folder, 'runs.db'), join(folder, 'lines.txt'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function inFolder(plan: KillPlan, journal: string, linesFile: string): Promise<KillCounts> {
  const random = randomFrom(plan.seed)
  writeFileSync(linesFile, '')
  const lines = (): readonly string[] => readFileSync(linesFile, 'utf8').split('\n').filter(Boolean)
  const start = () =>
    spawn(
      process.execPath,
      [
        '--conditions=@stageflow/source',
        '--no-warnings',
        WORKER,
        ...['--journal', journal, '--lines', linesFile, '--lease', `${plan.leaseMs}`],
        ...['--seeds', `${plan.seed}-${plan.seed + plan.runs - 1}`],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
  const marks: { readonly lines: number; readonly keys: ReadonlySet<string> }[] = []
  let begun = 0
  let kills = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const child = start()
      const exit = once(child, 'exit')
      if (begun < plan.kills) {
        begun++
        await moreLines(linesFile, lines().length + 5 + Math.floor(random() * 30), exit)
        child.kill('SIGKILL')
      }
      const [code, signal] = (await exit) as [number | null, string | null]
      if (code === 0) return
      if (signal !== 'SIGKILL') throw new Error(`A worker has ended with ${code ?? signal}.`)
      kills++
      // The facts first: a line that is written from here on is of a call that began after they were recorded.
      const keys = settledKeys(journal)
      marks.push({ keys, lines: lines().length })
    }
  }
  await Promise.all(Array.from({ length: plan.workers }, work))

  const all = lines()
  const again = marks.flatMap((mark) => all.slice(mark.lines).filter((line) => mark.keys.has(line)))
  const counts = new Map<string, number>()
  for (const line of all) counts.set(line, (counts.get(line) ?? 0) + 1)
  const durable = durableLocal({ path: journal })
  let legs = 0
  const notEnded: string[] = []
  const different: string[] = []
  let orderFree = 0
  for (let seed = plan.seed; seed < plan.seed + plan.runs; seed++) {
    const run = await durable.get(`run-${seed}`)
    legs += run?.leg ?? 0
    if (run === undefined || !['completed', 'cancelled', 'failed'].includes(run.status)) {
      notEnded.push(`run-${seed} is ${run?.status}`)
      continue
    }
    const { isOrderFree } = randomGraph(seed, () => {}, 0)
    if (!isOrderFree) continue
    orderFree++
    const [here, there] = [await inProcess(seed), shown((run as RunDetails).result as never)].map((one) =>
      JSON.stringify(one),
    )
    if (here !== there) different.push(`run-${seed}: ${here} in process, ${there} from the journal`)
  }
  await durable.close()
  return {
    runs: plan.runs,
    kills,
    legs,
    facts: settledKeys(journal).size,
    lines: all.length,
    linesTwice: [...counts.values()].filter((count) => count > 1).length,
    settledAgain: again,
    notEnded,
    different,
    orderFree,
  }
}

/** Resolves when a file has so many lines, or its writer has ended. */
async function moreLines(file: string, count: number, exit: Promise<unknown>): Promise<void> {
  let isOver = false
  void exit.then(() => (isOver = true))
  while (!isOver && readFileSync(file, 'utf8').split('\n').length <= count)
    await new Promise((resolve) => setTimeout(resolve, 5))
}

function settledKeys(journal: string): ReadonlySet<string> {
  const database = new DatabaseSync(journal, { timeout: 5_000 } as object)
  try {
    const rows = database.prepare(
      "SELECT id, key FROM facts JOIN runs ON runs.n = facts.run WHERE kind IN ('call', 'ask')",
    )
    return new Set(rows.all().map(({ id, key }) => `${String(id)} ${String(key)}`))
  } finally {
    database.close()
  }
}

/** The same run in this process, without a journal. */
async function inProcess(seed: number): Promise<unknown> {
  const { graph, options } = randomGraph(seed, () => {}, 0)
  let result: any = await graph.runSettled({ inputText: `seed ${seed}` }, options)
  while (result.status === 'suspended')
    result = await resumeSettled(graph, result, answersFor(openRequests(result)), options)
  return shown(result)
}
