import { StageflowError } from '@stageflow/core'
import type { Kept, PipelineStatus, RunAuthor, RunInput, RunOptions, StageGraph } from '@stageflow/core'
import {
  admitRequest,
  answerPath,
  checkLeg,
  checkedAnswers,
  fingerprintOf,
  isGuarded,
  runDurable,
} from '@stageflow/core/durable'
import type { Fact, NamedGraph, StageExecutor } from '@stageflow/core/durable'
import { isPlain, oneOf, optionProblems, or, refuseOptions, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { MemoryRuns } from './memory-executor.ts'
import type { MemoryExecutor } from './memory-executor.ts'
import { mustBeJson } from './must-be-json.ts'
import { watchedExecutor } from './watched-executor.ts'
import type { ExecutorWatch } from './watched-executor.ts'

export interface CrashOptions<Ports = {}> {
  readonly ports?: Ports
  /** The answers to requests, by the key of the stage that waits: `{ approve: 'yes' }`, `{ 'kid/check': true }`. */
  readonly answers?: Readonly<Record<string, unknown>>
  /** Who answers, as interceptors would have verified it. Default: undefined. */
  readonly by?: RunAuthor
  /** The run options of who starts the run, such as a token. Interceptors admit them once; no leg has them. */
  readonly caller?: RunOptions
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
const RULES: OptionRules<CrashOptions> = {
  ports: OBJECT,
  answers: OBJECT,
  by: OBJECT,
  caller: OBJECT,
  runOptions: OBJECT,
}
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
 * twice, and which stages ended differently. After every second crash the answers come before their questions. The time of a question
 * passes at once if there is no answer to it. Throws `testing/missing-answer` if the run waits for an answer that isn't given, and
 * `core/answer` for one that an `answerSchema` refuses. Throws `testing/not-json` for an input or an answer that isn't JSON. An interceptor
 * that doesn't admit the start makes it throw its error.
 */
export async function crashAfterEveryFact<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  input: RunInput = {},
  options: CrashOptions<Ports> = {},
): Promise<CrashReport> {
  checkArguments(graph, input, options)
  const prepared = await prepare(graph, input, options)
  const whole = await runWith(graph, prepared, Infinity)
  const ranTwice = new Set<string>()
  const differences = new Set<string>()
  for (let crashAfter = 0; crashAfter < whole.given; crashAfter++) {
    const { ended, repeated, last } = await runWith(graph, prepared, crashAfter)
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

/** What all runs begin with, and are answered. */
interface Prepared {
  readonly input: RunInput
  readonly ports: unknown
  readonly options: RunOptions | undefined
  readonly kept: Kept | undefined
  readonly answers: Answers
  readonly by: RunAuthor | undefined
}
type Answers = Readonly<Record<string, unknown>>

async function prepare(
  graph: NamedGraph,
  input: RunInput,
  { ports, answers = {}, by, caller = {}, runOptions }: CrashOptions<unknown>,
): Promise<Prepared> {
  const options = { ...(ports !== undefined && { ports }), ...caller }
  const admitted = isGuarded(graph)
    ? await admitRequest(graph, { action: 'start', runId: RUN_ID, input, options })
    : undefined
  const entries = Object.entries(answers).map(async ([key, answer]) => [key, await checkedAnswer(graph, key, answer)])
  const checked = Object.fromEntries(await Promise.all(entries)) as Answers
  return { input, ports, options: runOptions, kept: admitted?.kept, answers: checked, by }
}

/** An answer as the `answerSchema` of its stage makes it. */
async function checkedAnswer(graph: NamedGraph, key: string, answer: unknown): Promise<unknown> {
  const names = answerPath(key, fingerprintOf(graph))
  const checked = await checkedAnswers(
    graph,
    names.reduceRight<unknown>((inside, name) => ({ [name]: inside }), answer),
  )
  return names.reduce((inside, name) => (inside as Answers)[name], checked)
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
  { input, ports, options, kept, answers, by }: Prepared,
  crashAfter: number,
): Promise<OneRun> {
  const store = new MemoryRuns()
  const start = { runId: RUN_ID, startedAt: 0, input, options, ...(kept && { kept }) }
  const crashing = new CrashingRun(store, crashAfter)
  const carry = (executor: StageExecutor): Promise<Ended> =>
    runDurable(graph, watchedExecutor(executor, crashing), { ports } as never) as Promise<never>
  for (;;) {
    try {
      const ended = await store.run(start, carry)
      if (ended.status !== 'suspended') return { ended, ...crashing.seen() }
      if (answerAll(store, crashing.waiting, answers, by)) continue
      if (!store.passTime(RUN_ID)) throw missingAnswer(crashing.waiting, answers)
    } catch (error) {
      if (!StageflowError.is(error, 'testing/crashed')) throw error
      if (crashAfter % 2 === 1) for (const key of Object.keys(answers)) store.answerEarly(RUN_ID, key, answers[key], by)
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

/** Answers what waits, as far as there are answers. Returns whether there were any. */
function answerAll(store: MemoryExecutor, waiting: ReadonlySet<string>, answers: Answers, by?: RunAuthor): boolean {
  const given = [...waiting].filter((key) => Object.hasOwn(answers, key))
  return given.filter((key) => store.answer(RUN_ID, key, answers[key], by)).length > 0
}

function missingAnswer(waiting: ReadonlySet<string>, answers: Answers): StageflowError {
  const keys = [...waiting]
  return new StageflowError(
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
