import { StageOutput } from '@stageflow/core'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { hanging } from './abort-cases.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import { isEmit } from './membrane.ts'
import { garbageCollector } from './runtime-module.ts'
import type { GlobalUse } from './watched-globals.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

const KEEPS_NONE = 'keeps no context and no run after its end'

/** Rules for what an interceptor uses: time, globals, events and contexts. */
export const conductCases = (): Readonly<Record<string, RunCase>> => ({
  'takes its time from the clock of the run': timeFromClock,
  'leaves no global timer or process listener behind': nothingGlobal,
  'begins the types of its events with its name': ownEvents,
  'writes nothing to contexts and runs': writesNothing,
  [garbageCollector() === undefined
    ? `${KEEPS_NONE} (not checked: this runtime cannot be told to collect garbage)`
    : KEEPS_NONE]: keepsNone,
})

async function timeFromClock(bench: InterceptorBench): Promise<void> {
  const before = bench.globals.timeUses.length
  await everything(bench)
  const uses = bench.globals.timeUses.slice(before)
  must(
    uses.length === 0,
    `it took time from the machine: ${listed(uses)}. A manual clock cannot move that time, and the engine cannot pause it. Use the clock of the run: context.clock.sleep(ms, context.signal), context.clock.setTimeout(callback, ms), context.clock.now(). For a limit, return a part with deadline or idleTimeoutMs.`,
  )
}

async function nothingGlobal(bench: InterceptorBench): Promise<void> {
  const created = bench.globals.leftTimers
  await everything(bench)
  const timers = bench.globals.leftTimers.filter((use) => created.includes(use))
  must(
    timers.length === 0,
    `it set ${listed(timers)} when it was created, and nothing ends that. An interceptor has no end: set timers in a call or a run, on context.clock, and clear them in ended.`,
  )
  const listeners = bench.globals.leftListeners
  must(
    listeners.length === 0,
    `it left ${listed(listeners)} behind. An interceptor has no end, and Node warns of a leak at 11 listeners: let the app listen, once, and call a function of yours.`,
  )
}

async function ownEvents(bench: InterceptorBench): Promise<void> {
  const own = nameOnly(bench.subject.name)
  const isForeign = (type: string): boolean => {
    const [first = '', ...rest] = type.split('.')
    // A type without a dot is refused by the engine.
    return rest.length > 0 && nameOnly(first) !== own && !bench.events.includes(type)
  }
  const foreign = new Set<string>()
  bench.watch.onCalled = (method, [type]) => {
    if (isEmit(method) && isForeign(String(type))) foreign.add(String(type))
  }
  await everything(bench)
  const [type] = foreign
  must(
    type === undefined,
    `it emitted ${[...foreign].map((one) => `"${one}"`).join(', ')}, which does not begin with its name. Call the event "${bench.subject.name.replaceAll('-', '_')}.${type?.split('.').slice(1).join('.')}". If the type is right, pass interceptorContract { events: ['${type}'] }.`,
  )
}

/** `circuit-breaker` emits `circuit_breaker.opened`. */
const nameOnly = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

async function writesNothing(bench: InterceptorBench): Promise<void> {
  const written = new Set<string>()
  bench.watch.onWrite = (member) => void written.add(member)
  await everything(bench)
  must(
    written.size === 0,
    `it wrote to ${[...written].map((member) => `"${member}"`).join(', ')} of a context or a run, which are the engine's. Keep the state of a call in the function that wrap or onCall returns, and that of a run in a slot: run.set(slot, value).`,
  )
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

const STAGES: readonly (() => unknown)[] = [
  () => ({}),
  async () => ({}),
  async () => StageOutput.skip('nothing to do'),
  async () => StageOutput.fail('it is broken', { retryable: false }),
  async () => StageOutput.cancel('enough'),
  async () => {
    throw new TypeError('a bug of the stage')
  },
]

/** Runs with every ending, repetitions, a limit that passes, an abort and a child run: all that an interceptor reacts to. */
async function everything(bench: InterceptorBench): Promise<void> {
  let calls = 0
  const busy = async (): Promise<StageOutput> =>
    ++calls % 3 === 0 ? StageOutput.ok({}) : StageOutput.fail('busy', { retryable: true })
  for (const run of [...STAGES, busy]) {
    const graph = bench.alone({ run })
    const number = bench.nextRun()
    for (let time = 0; time < 2; time++) await bench.run(graph, number)
  }
  const { graph } = hanging(bench, ({ signal }) => signal.reason)
  const run = graph.start(bench.nextRun(), bench.aborting())
  if (!(await bench.comesToRest(run.settled)) && bench.nextDue < Infinity) await bench.clock.advanceTo(bench.nextDue)
  bench.abortAll()
  await bench.ends(run.settled)
  const child = anyPipeline('child', [bench.stage({ name: 'stage', run: async () => ({}) })])
  await bench.run(bench.build(anyPipeline('parent').withPipeline('child', child)), bench.nextRun())
}

function listed(uses: readonly GlobalUse[]): string {
  const all = [...new Set(uses.map(({ call, where }) => (where === undefined ? call : `${call} at ${where}`)))]
  return all.slice(0, 3).join(', ') + (all.length > 3 ? ` and ${all.length - 3} more` : '')
}
