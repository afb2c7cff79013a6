import type { ServiceOptions, WorkflowOptions } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { checkLeg, fingerprintOf, isGuarded } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import { ANY, isPlain, optionProblems, refuseOptions, required, show } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, NAME, OBJECT } from './option-rules.ts'
import { keysOf } from './secret.ts'
import type { Keys, Secrets } from './secret.ts'
import type { Action } from './sent-request.ts'

/** The options of `durableWorkflow`. */
export type WorkflowFactoryOptions<Ports> = DurableOptions<Ports> & {
  /**
   * The secret of its clients, of at least 32 bytes: only requests that they have signed count. Two of them while it changes: clients sign
   * with the first, and both are accepted. `false`: anyone who reaches Restate may start, answer, cancel, interrupt and read runs. Required.
   */
  readonly secret: Secrets | false
  /** Options of the Restate workflow, such as `workflowRetention`. Default: those of the server, with an `abortTimeout` of an hour. */
  readonly restate?: WorkflowOptions
}
/** The options of `durableService`. */
export type ServiceFactoryOptions<Ports> = DurableOptions<Ports> & {
  /** Options of the Restate service, such as `retryPolicy`. Default: those of the server, with an `abortTimeout` of an hour. */
  readonly restate?: ServiceOptions
}

export type DurableOptions<Ports> = {
  /** The name of the workflow in Restate: letters, digits, `_`, `-` and `.`. */
  readonly name: string
  /** Options of each run, such as `eventSink` or `graceMs`. Default: none. */
  readonly run?: Omit<LegOptions<Ports>, 'ports' | 'signal'>
} & ({} extends Ports
  ? {
      /** What the stages get from the app. */
      readonly ports?: Ports
    }
  : {
      /** What the stages get from the app. */
      readonly ports: Ports
    })

/** What has its own place: the options that all attempts share are those of `client.start`, and a signal can't be repeated. */
const PLACED = {
  timeoutMs: 'client.start()',
  maxConcurrency: 'client.start()',
  onStageFailure: 'client.start()',
  signal: 'client.cancel()',
  ports: 'ports',
}
const RUN: OptionRule = [
  (value) => isPlain(value) && Object.keys(PLACED).every((name) => value[name] === undefined),
  `an object without ${Object.entries(PLACED)
    .map(([name, place]) => `${name} (use ${place})`)
    .join(', ')}`,
]
const RULES: OptionRules<DurableOptions<{ readonly some: unknown }> & Pick<WorkflowFactoryOptions<{}>, 'restate'>> = {
  name: required(NAME),
  run: RUN,
  restate: OBJECT,
  ports: ANY,
}

/** How long code may run after Restate has asked it to pause, because nothing had happened for `inactivityTimeout`. */
export const ABORT_TIMEOUT = { hours: 1 } as const

/** Throws `durable-restate/illegal-option`, and `core/not-durable` for a child graph that checks callers by itself. */
export function checkFactory<Stages, Ports>(
  where: string,
  graph: StageGraph<Stages, Ports>,
  options: unknown,
  own: readonly string[] = [],
): void {
  const known = [...Object.keys(RULES), ...own]
  refuseOptions(where, ILLEGAL_OPTION, [...graphProblems(graph), ...optionProblems(options, RULES, '', known)])
  checkLeg(where, graph, undefined)
}

/** The secrets of a workflow. Throws `durable-restate/illegal-option`. */
export function workflowKeys<Stages, Ports>(graph: StageGraph<Stages, Ports>, secret: unknown): Keys {
  const keys = keysOf('durableWorkflow()', secret, 'if anyone who reaches Restate may do everything with its runs')
  if (keys.length > 0 || !isGuarded(graph)) return keys
  throw new StageflowError(
    ILLEGAL_OPTION,
    `durableWorkflow(): secret can't be false, because interceptors of the graph "${graph.name}" check callers: without a secret, anyone could say that they were checked. Pass a secret of at least 32 bytes, and the same one to durableClient().`,
  )
}

const DAY_MS = 86_400_000
/** A request that changes or reads a run that exists counts for so long. */
const REQUEST_MS = 300_000

/**
 * How long each request counts after it was signed, in ms. Restate keeps a start until a worker takes it, so it counts longer, but not
 * longer than an ended run is kept: then it finds the run, and starts none.
 */
export function requestLimits({ workflowRetention }: WorkflowOptions = {}): Readonly<Record<Action, number>> {
  const startMs = Math.min(DAY_MS, millisecondsOf(workflowRetention) ?? DAY_MS)
  const starts = { start: startMs, move: startMs }
  return {
    ...starts,
    read: REQUEST_MS,
    answer: REQUEST_MS,
    cancel: REQUEST_MS,
    interrupt: REQUEST_MS,
    claim: REQUEST_MS,
  }
}

function millisecondsOf(duration: WorkflowOptions['workflowRetention']): number | undefined {
  if (duration === undefined || typeof duration === 'number') return duration
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = duration
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds
}

const PLACES = ['local', 'call', 'service']

function graphProblems<Stages, Ports>(graph: StageGraph<Stages, Ports>): readonly string[] {
  let shape
  try {
    shape = fingerprintOf(graph).stages
  } catch (error) {
    if (!StageflowError.is(error, 'core/resume')) throw error
    return [`the graph must be what build() returned, not ${show(graph)}`]
  }
  return graph.info.stages.flatMap(({ name, placement = 'local' }) => {
    if (!PLACES.includes(placement))
      return [`placement of stage "${name}" must be one of 'local', 'call', 'service', not ${show(placement)}`]
    return placement === 'service' && shape[name]?.child !== undefined
      ? [
          `stage "${name}" runs a child pipeline, so its placement can't be 'service'; set it on the stages of the child`,
        ]
      : []
  })
}

/** The name of the service that carries out the stages of a workflow on other machines. */
export const serviceName = (workflow: string): string => `${workflow}.stages`

export const legOptions = <Ports>({ run, ports }: DurableOptions<Ports>): LegOptions<Ports> =>
  ({ ...run, ...(ports === undefined ? undefined : { ports }) }) as LegOptions<Ports>
