import { StageflowError } from '@stageflow/core'
import type { PipelineStatus, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import type { StageExecutor } from '@stageflow/core/durable'
import { ANY, checkOptions } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { memoryExecutor } from './memory-executor.ts'
import type { MemoryExecutor } from './memory-executor.ts'
import { watchedExecutor } from './watched-executor.ts'

export interface CrashOptions<Ports = {}> {
  readonly ports?: Ports
  /** The answers to requests, by the key of the stage that waits: `{ approve: 'yes' }`, `{ 'kid/check': true }`. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** The options of the run that decide what runs when. */
  readonly runOptions?: Pick<RunOptions, 'maxConcurrency' | 'onStageFailure'>
}

/** What happened when a run crashed after each of its facts. */
export interface CrashReport {
  readonly status: PipelineStatus
  /** How many crashes were tried. */
  readonly crashes: number
  /** The keys of the calls that ran again, because they were in progress at a crash. */
  readonly ranTwice: readonly string[]
  /** One line for each stage whose status or data differs from the run without a crash. */
  readonly differences: readonly string[]
}

const RULES: OptionRules<CrashOptions> = { ports: ANY, answers: ANY, runOptions: ANY }

interface Ended {
  readonly status: PipelineStatus
  readonly data: Readonly<Record<string, unknown>>
  readonly report: { readonly stages: Readonly<Record<string, { readonly status: unknown }>> }
}

/**
 * Runs a graph durably in memory once for each fact: crashes after the fact, and continues in a second leg. Reports which calls ran
 * twice, and which stages ended differently. Throws `testing/missing-answer` if the run waits for an answer that isn't given.
 */
export async function crashAfterEveryFact<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput = {},
  options: CrashOptions<Ports> = {},
): Promise<CrashReport> {
  checkOptions('crashAfterEveryFact()', 'testing/illegal-option', options, RULES)
  const whole = await runWith(graph, input, options, Infinity)
  const ranTwice = new Set<string>()
  const differences = new Set<string>()
  for (let crashAfter = 0; crashAfter < whole.given; crashAfter++) {
    const { ended, repeated, last } = await runWith(graph, input, options, crashAfter)
    for (const key of repeated) ranTwice.add(key)
    for (const difference of differencesOf(whole.ended, ended)) differences.add(`after ${last}: ${difference}`)
  }
  return {
    status: whole.ended.status,
    crashes: whole.given,
    ranTwice: [...ranTwice],
    differences: [...differences],
  }
}

interface OneRun {
  readonly ended: Ended
  readonly given: number
  readonly repeated: readonly string[]
  /** The last fact before the crash. */
  readonly last: string
}

async function runWith<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput,
  { ports, answers = {}, runOptions }: CrashOptions<Ports>,
  crashAfter: number,
): Promise<OneRun> {
  const store = memoryExecutor()
  const runId = 'crash-after-every-fact'
  const start = { runId, startedAt: 0, input, options: runOptions }
  const begun = new Map<string, number>()
  const waiting = new Set<string>()
  const facts = new Set<string>()
  let hasCrashed = false
  let last = 'the start'
  const crash = (): void => {
    if (hasCrashed || facts.size < crashAfter) return
    hasCrashed = true
    store.crash(runId)
    throw new StageflowError('testing/crashed', `The leg was ended after ${last}.`)
  }
  const watched = (executor: StageExecutor): StageExecutor =>
    watchedExecutor(executor, {
      asks: crash,
      given: ({ kind, key }) => {
        facts.add(`${kind} ${key}`)
        if (!hasCrashed) last = kind === 'call' ? `"${key}"` : `the ${kind} for "${key}"`
        crash()
      },
      begins: (key) => void begun.set(key, (begun.get(key) ?? 0) + 1),
      waits: (key) => void waiting.add(key),
    })
  for (;;) {
    try {
      const carried = (executor: StageExecutor): Promise<Ended & { readonly status: PipelineStatus }> =>
        runDurable(graph, watched(executor), { ports } as never) as Promise<never>
      const ended = await store.run(start, carried)
      if (ended.status !== 'suspended')
        return {
          ended,
          given: facts.size,
          last,
          repeated: [...begun].filter(([, times]) => times > 1).map(([key]) => key),
        }
      answerAll(store, runId, [...waiting], answers)
    } catch (error) {
      if (!StageflowError.is(error, 'testing/crashed')) throw error
    }
  }
}

function answerAll(
  store: MemoryExecutor,
  runId: string,
  keys: readonly string[],
  answers: Readonly<Record<string, unknown>>,
): void {
  let isAnswered = false
  for (const key of keys)
    if (Object.hasOwn(answers, key)) isAnswered = store.answer(runId, key, answers[key]) || isAnswered
  if (isAnswered) return
  throw new StageflowError(
    'testing/missing-answer',
    `The run waits for an answer to "${keys.join('" or "')}", and the answers are for ${Object.keys(answers).join(', ') || 'none'}. Pass it: { answers: { '${keys[0]}': … } }.`,
  )
}

function differencesOf(whole: Ended, other: Ended): readonly string[] {
  const found = whole.status === other.status ? [] : [`the run ended as ${other.status}, not as ${whole.status}`]
  for (const [name, { status }] of Object.entries(whole.report.stages)) {
    const now = other.report.stages[name]?.status
    const [before, after] = [whole, other].map(({ data }) => JSON.stringify(data[name]) ?? 'nothing')
    if (now !== status) found.push(`stage "${name}" ended as ${String(now)}, not as ${String(status)}`)
    else if (before !== after) found.push(`stage "${name}" returned ${after}, not ${before}`)
  }
  return found
}
