import type { ServiceOptions, WorkflowOptions } from '@restatedev/restate-sdk'
import type { LegOptions } from '@stageflow/core/durable'
import { ANY, checkOptions, isPlain } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

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

const NAME: OptionRule = [
  (value) => typeof value === 'string' && /^[a-zA-Z][a-zA-Z0-9._-]*$/.test(value),
  'a name such as "payout": a letter, then letters, digits, ".", "_" or "-"',
]
const OBJECT: OptionRule = [isPlain, 'an object']
const RULES: OptionRules<WorkflowFactoryOptions<{ readonly some: unknown }>> = {
  name: NAME,
  run: OBJECT,
  restate: OBJECT,
  ports: ANY,
}

/** How long code may run after Restate has asked it to pause, because nothing had happened for `inactivityTimeout`. */
export const ABORT_TIMEOUT = { hours: 1 } as const

/** Throws `durable-restate/illegal-option`. */
export const checkFactory = (where: string, options: unknown): void =>
  checkOptions(where, 'durable-restate/illegal-option', options, RULES)

/** The name of the service that carries out the stages of a workflow on other machines. */
export const serviceName = (workflow: string): string => `${workflow}.stages`

export const legOptions = <Ports>({ run, ports }: DurableOptions<Ports>): LegOptions<Ports> =>
  ({ ...run, ...(ports === undefined ? undefined : { ports }) }) as LegOptions<Ports>
