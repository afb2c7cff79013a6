import type { ServiceOptions, WorkflowOptions } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { fingerprintOf } from '@stageflow/core/durable'
import type { LegOptions } from '@stageflow/core/durable'
import { ANY, isPlain, optionProblems, refuseOptions, required, show } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { ILLEGAL_OPTION, NAME, OBJECT } from './option-rules.ts'

/** The options of `durableWorkflow`. */
export type WorkflowFactoryOptions<Ports> = DurableOptions<Ports> & {
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
const RULES: OptionRules<WorkflowFactoryOptions<{ readonly some: unknown }>> = {
  name: required(NAME),
  run: RUN,
  restate: OBJECT,
  ports: ANY,
}

/** How long code may run after Restate has asked it to pause, because nothing had happened for `inactivityTimeout`. */
export const ABORT_TIMEOUT = { hours: 1 } as const

/** Throws `durable-restate/illegal-option`. */
export function checkFactory<Stages, Ports>(where: string, graph: StageGraph<Stages, Ports>, options: unknown): void {
  refuseOptions(where, ILLEGAL_OPTION, [...graphProblems(graph), ...optionProblems(options, RULES)])
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
      ? [`stage "${name}" is a child pipeline, so its placement can't be 'service'; set it on the stages of the child`]
      : []
  })
}

/** The name of the service that carries out the stages of a workflow on other machines. */
export const serviceName = (workflow: string): string => `${workflow}.stages`

export const legOptions = <Ports>({ run, ports }: DurableOptions<Ports>): LegOptions<Ports> =>
  ({ ...run, ...(ports === undefined ? undefined : { ports }) }) as LegOptions<Ports>
