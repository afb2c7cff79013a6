import { isAbortError } from '../base/abort.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { defined } from '../base/objects.ts'
import { show } from '../base/show.ts'
import { enterParts, isPart } from '../call/answers.ts'
import { askHook } from '../call/layers.ts'
import type { PipelineInfo } from '../contract/graph-info.ts'
import type { Interceptor, RunPipeline } from '../contract/interceptor.ts'
import type { RunContext, RunPart } from '../contract/run-context.ts'
import type { RunOutcome, StageRecord } from '../contract/results.ts'
import type { Problem } from '../graph/stage.ts'
import { tell } from '../report/notebook.ts'
import { isOutcomeOf } from '../report/outcome.ts'
import { stageRecord } from '../report/record.ts'
import type { Writable } from '../report/record.ts'
import type { RunFacts } from '../report/run-facts.ts'
import { runBehind } from './run-context.ts'

const THE_RUN = 'the run'

/** The `settled` of an interceptor, or of a part in a run. */
interface Listening {
  /** Undefined for the part of the sink. */
  readonly by: Interceptor | undefined
  readonly settled: NonNullable<RunPart['settled']>
}

/** The parts of interceptors in one run, and that of its sink. */
export class RunParts {
  /** Undefined if no part watches stages. */
  listeners: Listening[] | undefined
  readonly #facts: RunFacts
  readonly #context: RunContext
  /** One per watching interceptor of the graph, in its order, and then that of the sink. */
  readonly #parts: (RunPart | undefined)[]

  /** Gets a part from each interceptor, and from the sink. If one throws, that is reported, and it gets no part. */
  constructor(facts: RunFacts, context: RunContext) {
    this.#facts = facts
    this.#context = context
    this.#parts = facts.graph.watching.map((by) => {
      this.#listen(by, by)
      return this.#ask(by, by)
    })
    this.#parts.push(this.#ask(undefined, facts.events?.sink))
  }

  /** Registers the `settled` of an interceptor, or of a part in this run. */
  #listen(by: Interceptor | undefined, part: Pick<RunPart, 'settled'> | undefined): void {
    if (part?.settled !== undefined) (this.listeners ??= []).push({ by, settled: part.settled.bind(part) })
  }

  /** `by`: the interceptor. Undefined for the sink. */
  #ask(by: Interceptor | undefined, watching: Pick<Interceptor, 'onRun'> | undefined): RunPart | undefined {
    const { notebook } = this.#facts
    try {
      const part = watching?.onRun?.(this.#context)
      if (part === undefined || part?.ended !== undefined || isPart(part)) {
        this.#listen(by, part)
        return part
      }
      notebook.reportRejection(part, by, THE_RUN)
      throw new TypeError(`onRun returned ${show(part)}; return a part, or undefined`)
    } catch (cause) {
      notebook.reportThrow(cause, by, THE_RUN)
      return undefined
    }
  }

  /**
   * Calls `begin` inside the async contexts that the parts set up; `refuse` if one of them doesn't call `next`. The part of the sink sets up
   * none, because a sink never fails a run.
   */
  enter(begin: () => void, refuse: (error: StageflowError) => void): void {
    enterParts(this.#facts, this.#facts.graph.watching, this.#parts, this.#context, begin, refuse, THE_RUN)
  }

  /** `facts` and `context`: those of the run, or of an item of one of its maps. */
  tellOfStage(record: Writable<StageRecord>, index: number, facts: RunFacts, context: RunContext): void {
    const what = `stage "${record.stage}"`
    for (const { by, settled } of this.listeners ?? []) {
      tell(facts, by, settled, record, context, what)
      // The observers after this one see its notes.
      const notes = facts.stages?.[index]?.notes
      if (notes !== undefined) record.notes = notes
    }
  }

  /**
   * Tells the parts how the run ended, the outermost first, as for `settled`: all get the same outcome, and none can change it.
   * The parts of a call are told in the other order, because inner calls end before the calls around them.
   */
  tellOfEnd(outcome: RunOutcome): void {
    const facts = this.#facts
    facts.outlet.tell((shown) => {
      this.#parts.forEach((part, place) => {
        const ended = part?.ended?.bind(part)
        if (ended !== undefined) tell(facts, facts.graph.watching[place], ended, shown, this.#context, THE_RUN)
      })
    }, outcome)
  }
}

/** Puts the interceptors around whole runs, the first of them outermost; undefined if no interceptor wraps runs. */
export function wrapRuns(
  interceptors: readonly Interceptor[],
  pipeline: PipelineInfo,
  problem: Problem,
): RunPipeline | undefined {
  let next = beginRun
  for (const one of interceptors.toReversed()) {
    const layer = askHook(one, 'wrapRun', [next, pipeline], problem, `the pipeline "${pipeline.name}"`)
    if (layer !== undefined) next = checkedLayer(one.name, layer as RunPipeline)
  }
  return next === beginRun ? undefined : next
}

/** The innermost `next` around a run. */
const beginRun: RunPipeline = (given) => {
  const { run, changes } = runBehind(given)
  return (run.checked = run.begin(changes))
}

/** A layer that always returns an outcome of its run. If it hangs, the run can answer instead of it. */
function checkedLayer(name: string, layer: RunPipeline): RunPipeline {
  return (given) => {
    const { run } = runBehind(given) // throws for any other value, into the layer that called next
    const depth = run.pending.length
    let answer: unknown
    try {
      answer = layer(given)
    } catch (thrown) {
      answer = Promise.reject(thrown)
    }
    // The layer passes on the promise of the layer below, which is pending already.
    if (answer !== undefined && answer === run.checked) return run.checked
    return (run.checked = new Promise<RunOutcome>((resolve) => {
      const pending = { name, answer: resolve }
      run.pending.splice(depth, 0, pending) // before the layers inside it
      void outcomeOf(name, answer, given, run.facts).then((outcome) => {
        const place = run.pending.lastIndexOf(pending)
        if (place >= 0) run.pending.splice(place, 1)
        resolve(outcome)
      })
    }))
  }
}

async function outcomeOf(name: string, answer: unknown, run: RunContext, facts: RunFacts): Promise<RunOutcome> {
  try {
    const outcome: unknown = await answer
    if (isOutcomeOf(outcome, facts)) return outcome
    return run.fail(
      new StageflowError(
        'core/interceptor-answer',
        `Interceptor "${name}" answered the run with ${show(outcome)}. Return what next(run) returned, run.fail(error) or run.cancel(reason).`,
      ),
    )
  } catch (thrown) {
    // If the layer throws the abort reason of the run, it passes the stop on.
    if (run.signal.aborted && (thrown === run.signal.reason || isAbortError(thrown))) return run.cancel(textOf(thrown))
    return run.fail(
      new StageflowError('core/interceptor-threw', `Interceptor "${name}" threw around the run: ${textOf(thrown)}`, {
        cause: thrown,
      }),
    )
  }
}

/** A run, as far as others are told of its stages. */
interface Settling {
  readonly facts: RunFacts
  readonly parts: RunParts | undefined
  readonly context: RunContext
}

/** Tells interceptors that a stage has settled, and publishes its one terminal event. */
export function tellSettled(run: Settling, index: number, now: number): void {
  const { facts, parts } = run
  const record = stageRecord(facts, index)
  if (parts?.listeners !== undefined)
    facts.outlet.tell(() => parts.tellOfStage(record, index, facts, run.context), undefined)
  if (facts.events === undefined) return
  const { stage, status, reason = '', error, tolerated, attempts: list } = record
  const durationMs = record.startedAt === undefined ? 0 : now - record.startedAt
  const attempts = list.length
  if (record.abandoned) facts.stageEvent(stage, 'abandoned', { durationMs, reason }, now)
  else if (status === 'ok') facts.stageEvent(stage, 'completed', { durationMs, attempts }, now)
  else if (status === 'suspend') facts.stageEvent(stage, 'suspended', { durationMs, attempts }, now)
  else if (status === 'skip') facts.stageEvent(stage, 'skipped', { reason }, now)
  else if (error === undefined) facts.stageEvent(stage, 'cancelled', { durationMs, reason }, now)
  else facts.stageEvent(stage, 'failed', { durationMs, attempts, error, ...defined({ tolerated }) }, now)
}
