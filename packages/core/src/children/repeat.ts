import { checkArgumentCount } from '../base/argument-count.ts'
import { branded, isArray } from '../base/check.ts'
import { StageflowError, errorRecord } from '../base/errors.ts'
import { isThenable, onRejection } from '../base/foreign.ts'
import { freezeDeep, isPlain } from '../base/objects.ts'
import { functionLike, optionProblems, whole } from '../base/options.ts'
import type { OptionRules } from '../base/options.ts'
import { show } from '../base/show.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import { placeSuffix } from '../contract/keys.ts'
import { Output, StageKind } from '../contract/output.ts'
import type { Building, ChildGraph } from '../graph/stage.ts'
import { childEnding } from '../report/child-ending.ts'
import type { PipelineRun } from '../run/run.ts'
import { REPEATING } from './pipeline-stage.ts'
import type { Feedback, OpenAttempt, Repeat, Repeating } from './pipeline-stage.ts'

/** An attempt whose guard failed, for `carry`. */
export interface Round extends Omit<Feedback, 'carried'> {
  /** The data of the child's stages that ended ok, by their names. */
  readonly childData: Readonly<Record<string, unknown>>
}

export interface RepeatOptions<Carried = unknown> {
  /** Maximum number of attempts. Default: 3. */
  readonly maxAttempts?: number
  /** Stops after this many equal verdicts in a row. Default: no limit. */
  readonly stagnationLimit?: number
  /** Whether two verdicts are equal. Default: compares the JSON of their data, or their code and message if they have no data. */
  readonly sameVerdict?: (a: Feedback, b: Feedback) => boolean
  /**
   * Makes the next `feedback.carried` from the last one and from what this attempt adds to it. So what grows with every attempt, such as
   * a conversation, is in no fact of a durable run: each has what its attempt adds. It must return the same for the same.
   */
  readonly carry?: (carried: Carried | undefined, round: Round) => Carried
}

const RULES: OptionRules<RepeatOptions<never>> = {
  maxAttempts: whole(1),
  stagnationLimit: whole(1),
  sameVerdict: functionLike('(a, b) => true or false'),
  carry: functionLike('(carried, round) => the next carried'),
}
const DEFAULT_MAX_ATTEMPTS = 3

/** Where a repeated child run was when it suspended. */
interface RepeatState {
  readonly attempt: number
  readonly hits: number
  readonly feedback: Feedback | undefined
}

/** For the option `repeat` of `withPipeline`: runs the child again while its stage `guard`, of kind GUARD, returns `fail`. */
export function repeatUntil<Guard extends string, Carried = undefined>(
  guard: Guard,
  options: RepeatOptions<Carried> = {},
): Repeat<Guard, Carried> {
  checkArgumentCount(arguments.length, 2, 'repeatUntil(guard, options)')
  const repeating: Repeating = {
    check: (building, child) => checkRepeat(building, child, guard, options),
    run: (context, open) => repeated(context, open, guard, options as RepeatOptions),
  }
  return Object.freeze(branded({ until: guard, [REPEATING]: repeating })) as Repeat<Guard, Carried>
}

function checkRepeat({ stage, problem }: Building, child: ChildGraph, guard: string, options: object): void {
  const refuse = (why: string): void => problem('core/repeat', `Stage "${stage}": repeatUntil(): ${why}.`)
  for (const text of optionProblems(options, RULES)) refuse(text)
  const index = child.indexOf(guard)
  if (index === undefined)
    refuse(`the guard must be a stage of "${child.name}" (${child.names.slice(0, 12).join(', ')}), not ${show(guard)}`)
  else if (child.nodes[index]?.info.kind !== StageKind.GUARD)
    refuse(`the guard must be a stage of kind GUARD, not ${show(guard)}`)
}

async function repeated(
  context: LiveStageContext,
  open: OpenAttempt,
  guard: string,
  options: RepeatOptions,
): Promise<Output> {
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, stagnationLimit = Infinity, sameVerdict = sameByDefault, carry } = options
  let { attempt = 1, hits = 0, feedback } = (context.resumed?.state ?? {}) as Partial<RepeatState>
  for (; ; attempt++) {
    const about = { guard, attempt, maxAttempts, stagnationHits: hits }
    context.tryEmitEvent('guard_retry.attempt', about)
    const { child, settled } = open(context, feedback, placeSuffix(attempt))
    const outcome = await settled
    const verdict = outcome.status === 'failed' ? verdictOf(child, guard, attempt) : undefined
    if (verdict === undefined) {
      if (outcome.status === 'completed' && attempt > 1) context.tryEmitEvent('guard_retry.recovered', about)
      return childEnding(outcome, context, { attempt, hits, feedback })
    }
    const made = carry?.(feedback?.carried, { ...verdict.round, childData: outcome.data })
    if (isThenable(made)) throw illegalReturn(context.stage.name, 'carry', made, 'Return the next sum, synchronously.')
    const next = { ...verdict.round, carried: frozen(made) }
    const isSame: unknown = feedback !== undefined && sameVerdict(feedback, next)
    if (typeof isSame !== 'boolean')
      throw illegalReturn(context.stage.name, 'sameVerdict', isSame, 'Return true or false, synchronously.')
    hits = isSame ? hits + 1 : 1
    feedback = next
    const seen = { ...about, stagnationHits: hits, error: feedback.error }
    if (attempt >= maxAttempts || hits >= stagnationLimit) {
      const reason = attempt >= maxAttempts ? 'max_attempts' : 'stagnation'
      context.tryEmitEvent('guard_retry.exhausted', { ...seen, reason })
      const why = reason === 'stagnation' ? `the last ${hits} verdicts were the same` : `maxAttempts is ${maxAttempts}`
      const error = new StageflowError(
        'core/guard-exhausted',
        `Guard "${guard}" of "${child.facts.graph.name}" still fails after ${attempt} attempts (${why}): ${feedback.error.message}`,
        { cause: verdict.error },
      )
      return new Output('fail', error, { data: outcome.data })
    }
    context.raiseIfCancelled()
    context.tryEmitEvent('guard_retry.scheduled', seen)
  }
}

/** The verdict of the guard; undefined if the child failed in another way. If the guard throws, that is a bug, not a verdict. */
function verdictOf(
  { facts }: PipelineRun,
  name: string,
  attempt: number,
): { readonly round: Omit<Round, 'childData'>; readonly error: unknown } | undefined {
  const guard = facts.stages?.[facts.graph.indexOf(name) as number]
  const output = guard?.output
  if (output?.status !== 'fail' || output.isByEngine || guard?.settledItself !== true) return undefined
  if (facts.failures?.[0]?.stage !== name) return undefined
  return { round: { attempt, error: errorRecord(output.error, name), data: output.data }, error: output.error }
}

function illegalReturn(stage: string, name: 'carry' | 'sameVerdict', returned: unknown, fix: string): StageflowError {
  onRejection(returned, () => {}) // a promise that rejects must not end the process
  return new StageflowError(
    'core/illegal-option',
    `Stage "${stage}": ${name} of repeatUntil() returned ${show(returned)}. ${fix}`,
  )
}

const frozen = (value: unknown): unknown => (isArray(value) || isPlain(value) ? freezeDeep(value) : value)

function keyOf({ data, error }: Feedback): string {
  const words = `${error.code} ${error.message}`
  try {
    return data === undefined ? words : JSON.stringify(data)
  } catch {
    return words // data that has no JSON
  }
}
const sameByDefault = (a: Feedback, b: Feedback): boolean => keyOf(a) === keyOf(b)
