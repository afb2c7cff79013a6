import { StageflowError } from '@stageflow/core'
import type { PipelineStatus, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import { checkLeg, runDurable } from '@stageflow/core/durable'
import type { Fact, StageExecutor } from '@stageflow/core/durable'
import { isPlain, oneOf, optionProblems, or, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { memoryExecutor } from './memory-executor.ts'
import type { MemoryExecutor } from './memory-executor.ts'
import { mustBeJson } from './must-be-json.ts'
import { watchedExecutor } from './watched-executor.ts'
import type { ExecutorWatch } from './watched-executor.ts'

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

const OBJECT: OptionRule = [(value) => typeof value === 'object' && value !== null, 'an object']
const INPUT: OptionRules = { input: [isPlain, 'an object, such as { inputText: "Hello" }'] }
const RULES: OptionRules<CrashOptions> = { ports: OBJECT, answers: OBJECT, runOptions: OBJECT }
const RUN_RULES: OptionRules<CrashOptions['runOptions'] & object> = {
  maxConcurrency: or(whole(1), Infinity),
  onStageFailure: oneOf('stop', 'continue'),
}

interface Ended {
  readonly status: PipelineStatus
  readonly data: Readonly<Record<string, unknown>>
  readonly report: { readonly stages: Readonly<Record<string, { readonly status: unknown }>> }
}

/**
 * Runs a graph durably in memory once for each fact: crashes after the fact, and continues in a second leg. Reports which calls ran
 * twice, and which stages ended differently. Throws `testing/missing-answer` if the run waits for an answer that isn't given, and
 * `testing/not-json` for an input or an answer that isn't JSON.
 */
export async function crashAfterEveryFact<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput = {},
  options: CrashOptions<Ports> = {},
): Promise<CrashReport> {
  checkArguments(graph, input, options)
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

function checkArguments(graph: unknown, input: unknown, options: CrashOptions<unknown>): void {
  const where = 'crashAfterEveryFact(graph, input, options)'
  checkLeg(where, graph, undefined)
  const problems = [...optionProblems({ input }, INPUT), ...optionProblems(options, RULES)]
  refuseOptions(where, 'testing/illegal-option', problems)
  refuseOptions(where, 'testing/illegal-option', optionProblems(options.runOptions ?? {}, RUN_RULES, 'runOptions.'))
  mustBeJson(`${where}: input`, input)
  mustBeJson(`${where}: answers`, options.answers ?? {})
}

interface OneRun {
  readonly ended: Ended
  readonly given: number
  readonly repeated: readonly string[]
  /** The last fact before the crash. */
  readonly last: string
}

const RUN_ID = 'crash-after-every-fact'

/** Carries a run to its end, with a crash after so many facts and a new leg after each crash or answer. */
async function runWith<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput,
  { ports, answers = {}, runOptions }: CrashOptions<Ports>,
  crashAfter: number,
): Promise<OneRun> {
  const store = memoryExecutor()
  const start = { runId: RUN_ID, startedAt: 0, input, options: runOptions }
  const crashing = new CrashingRun(store, crashAfter)
  const carry = (executor: StageExecutor): Promise<Ended> =>
    runDurable(graph, watchedExecutor(executor, crashing), { ports } as never) as Promise<never>
  for (;;) {
    try {
      const ended = await store.run(start, carry)
      if (ended.status !== 'suspended') return { ended, ...crashing.seen() }
      answerAll(store, crashing.waiting, answers)
    } catch (error) {
      if (!StageflowError.is(error, 'testing/crashed')) throw error
    }
  }
}

/** Watches the legs of a run, and lets one crash after so many facts. */
class CrashingRun implements ExecutorWatch {
  /** The keys of the stages that wait for answers, or have waited. */
  readonly waiting = new Set<string>()
  readonly #store: MemoryExecutor
  readonly #crashAfter: number
  readonly #begun = new Map<string, number>()
  readonly #facts = new Set<string>()
  #hasCrashed = false
  #last = 'the start'

  constructor(store: MemoryExecutor, crashAfter: number) {
    this.#store = store
    this.#crashAfter = crashAfter
  }

  seen(): Omit<OneRun, 'ended'> {
    const repeated = [...this.#begun].filter(([, times]) => times > 1).map(([key]) => key)
    return { given: this.#facts.size, last: this.#last, repeated }
  }

  readonly asks = (): void => this.#crashIfDue()
  readonly given = ({ kind, key }: Fact): void => {
    this.#facts.add(`${kind} ${key}`)
    if (!this.#hasCrashed) this.#last = kind === 'call' ? `"${key}"` : `the ${kind} for "${key}"`
    this.#crashIfDue()
  }
  readonly begins = (key: string): void => void this.#begun.set(key, (this.#begun.get(key) ?? 0) + 1)
  readonly waits = (key: string): void => void this.waiting.add(key)

  #crashIfDue(): void {
    if (this.#hasCrashed || this.#facts.size < this.#crashAfter) return
    this.#hasCrashed = true
    this.#store.crash(RUN_ID)
    throw new StageflowError('testing/crashed', `The leg was ended after ${this.#last}.`)
  }
}

/** Answers what waits, as far as there are answers. */
function answerAll(
  store: MemoryExecutor,
  waiting: ReadonlySet<string>,
  answers: Readonly<Record<string, unknown>>,
): void {
  const keys = [...waiting]
  const given = keys.filter((key) => Object.hasOwn(answers, key))
  const accepted = given.filter((key) => store.answer(RUN_ID, key, answers[key]))
  if (accepted.length > 0) return
  throw new StageflowError(
    'testing/missing-answer',
    `The run waits for an answer to "${keys.join('" or "')}", and the answers are for ${Object.keys(answers).join(', ') || 'none'}. Pass it: { answers: { '${keys[0]}': … } }.`,
  )
}

/** How a run ended otherwise than the whole one, a line for each difference. */
function differencesOf(whole: Ended, other: Ended): readonly string[] {
  const found = whole.status === other.status ? [] : [`the run ended as ${other.status}, not as ${whole.status}`]
  for (const [name, { status }] of Object.entries(whole.report.stages)) {
    const now = other.report.stages[name]?.status
    const before = JSON.stringify(whole.data[name]) ?? 'nothing'
    const after = JSON.stringify(other.data[name]) ?? 'nothing'
    if (now !== status) found.push(`stage "${name}" ended as ${String(now)}, not as ${String(status)}`)
    else if (before !== after) found.push(`stage "${name}" returned ${after}, not ${before}`)
  }
  return found
}
