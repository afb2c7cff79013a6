import { service } from '@restatedev/restate-sdk'
import type { Context, ServiceDefinition } from '@restatedev/restate-sdk'
import type { StageGraph } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import type { CallFacts } from '@stageflow/core/durable'
import { carryOutCall } from './call-executor.ts'
import { ABORT_TIMEOUT, checkFactory, legOptions, serviceName } from './durable-options.ts'
import type { ServiceFactoryOptions } from './durable-options.ts'
import { finishedStep } from './finished-step.ts'
import { CALL_FACTS } from './message-size.ts'
import { RunningCalls } from './running-calls.ts'
import type { ServiceCall } from './service-call.ts'

/** The handler that Restate calls for each stage with `placement: 'service'`. */
export interface StageHandlers {
  call(context: Context, request: ServiceCall): Promise<CallFacts>
}

/**
 * Returns a Restate service that carries out the stages with `placement: 'service'` of the runs of `durableWorkflow` with the same
 * name and graph. Serve it on other machines than the workflow. Throws `durable-restate/illegal-option`.
 */
export function durableService<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  options: ServiceFactoryOptions<Ports>,
): ServiceDefinition<string, StageHandlers> {
  checkArgumentCount(arguments.length, 2, 'durableService(graph, options)', 'durable-restate/illegal-option')
  checkFactory('durableService()', graph, options)
  const running = new RunningCalls()
  return service({
    name: serviceName(options.name),
    handlers: {
      call: async (context: Context, request: ServiceCall): Promise<CallFacts> => {
        const { start, key } = request
        const cancelled = new AbortController()
        const signals = { lost: context.request().attemptCompletedSignal, cancelled: cancelled.signal }
        const call = (): Promise<CallFacts> => carryOutCall(graph, request, legOptions(options), signals)
        const step = context.run(key, () => running.carryOut(`${start.runId} ${key}`, call), { serde: CALL_FACTS })
        return finishedStep(step, () => cancelled.abort())
      },
    },
    options: { ingressPrivate: true, abortTimeout: ABORT_TIMEOUT, ...options.restate },
  })
}
