import { broken, must } from '../contract-base/contract-case.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import { garbageCollector, runningProcess } from './runtime-module.ts'
import { oneAtATime } from './turns.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for what an interceptor keeps. */
export const memoryCases = (): Readonly<Record<string, RunCase>> => {
  const unchecked = ' (not checked: this runtime cannot be told to collect garbage)'
  const end = garbageCollector() === undefined ? unchecked : ''
  return {
    [`keeps no context and no run after its end${end}`]: keepsNone,
    [`needs no more memory with every run${end}`]: growsNot,
  }
}

const RUNS = 40
/** An interceptor may keep a few, such as those of the last runs. */
const MAY_KEEP = 10

async function keepsNone(bench: InterceptorBench): Promise<void> {
  const collectGarbage = garbageCollector()
  if (collectGarbage === undefined) return // the name of the case says so
  const contexts: WeakRef<object>[] = []
  const runs: WeakRef<object>[] = []
  bench.watch.onShown = (shown) => void ('stage' in shown ? contexts : runs).push(new WeakRef(shown))
  await manyRuns(bench)
  const kept = (): string | undefined => {
    if (alive(contexts) > MAY_KEEP) return `${alive(contexts)} of ${contexts.length} contexts`
    return alive(runs) > MAY_KEEP ? `${alive(runs)} of ${runs.length} runs` : undefined
  }
  for (let time = 0; time < 5; time++) {
    await bench.clock.settle()
    collectGarbage()
    if (kept() === undefined) return
  }
  must(
    kept() === undefined,
    `it still kept ${kept()} after all runs had ended. Each holds the data of its user, and memory grows with every run. Keep what you need of them in a slot, in a part or in a WeakMap. In ended, remove what you put in a Map, a Set or an array.`,
  )
}

async function manyRuns(bench: InterceptorBench): Promise<void> {
  const graph = bench.alone({ run: async () => ({}) })
  for (let time = 0; time < RUNS; time++) await bench.run(graph, bench.nextRun())
}

const alive = (refs: readonly WeakRef<object>[]): number => refs.filter((ref) => ref.deref() !== undefined).length

/** As many at once as an interceptor must let through. */
const AT_ONCE = 100
const ROUNDS = 3
const MAY_KEEP_BYTES = 1_000
/** Other code may need more memory meanwhile. What an interceptor keeps of every run grows in every try. */
const TRIES = 10
const alone = oneAtATime()

const growsNot = (bench: InterceptorBench): Promise<void> => alone(() => mustNotGrow(bench))

async function mustNotGrow(bench: InterceptorBench): Promise<void> {
  const graph = bench.alone({ run: async () => ({}) })
  const number = bench.nextRun()
  /** The same run again and again: what it keeps under a key of its own, it keeps once. */
  const round = async (): Promise<void> => {
    await bench.ends(Promise.all(Array.from({ length: AT_ONCE }, () => graph.start(number).settled)))
    bench.watch.answers.length = 0
  }
  await round() // what is kept once, and code that is compiled
  let before = await usedBytes(bench)
  let least = Infinity
  for (let time = 0; time < TRIES; time++) {
    for (let count = 0; count < ROUNDS; count++) await round()
    const after = await usedBytes(bench)
    if (before === undefined || after === undefined) return // the name of the case says so
    least = Math.min(least, (after - before) / (ROUNDS * AT_ONCE))
    if (least < MAY_KEEP_BYTES) return
    before = after
  }
  throw broken(
    `it kept about ${Math.round(least)} more bytes of every run, in ${TRIES * ROUNDS * AT_ONCE} runs with the same input: a process that goes on for days runs out of memory. In ended, remove what you keep for a call or a run, and limit what you keep beyond them.`,
  )
}

async function usedBytes(bench: InterceptorBench): Promise<number | undefined> {
  const collectGarbage = garbageCollector()
  const process = runningProcess()
  if (collectGarbage === undefined || process === undefined) return undefined
  // The first time leaves what only becomes garbage by it, such as what a finalizer holds.
  for (let time = 0; time < 2; time++) {
    await bench.clock.settle()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
