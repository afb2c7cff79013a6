import type { Interceptor } from '@stageflow/core'
import { childTracker } from '@stageflow/interceptor-child-tracker' // plugin: child-tracker
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker' // plugin: circuit-breaker
import { idempotency } from '@stageflow/interceptor-idempotency' // plugin: idempotency
import { logging } from '@stageflow/interceptor-logging' // plugin: logging
import { metrics } from '@stageflow/interceptor-metrics' // plugin: metrics
import { retry } from '@stageflow/interceptor-retry' // plugin: retry
import { timeout } from '@stageflow/interceptor-timeout' // plugin: timeout
import { tracing } from '@stageflow/interceptor-tracing' // plugin: tracing
import { pino } from 'pino' // plugin: logging

/** What goes around every stage, outermost first. Make the list once: it keeps the state of all runs, such as open circuits. */
export function makeInterceptors(): readonly Interceptor[] {
  return [
    idempotency(), // plugin: idempotency
    retry({ attempts: 3 }), // plugin: retry
    timeout({ timeoutMs: 30_000 }), // plugin: timeout
    circuitBreaker(), // plugin: circuit-breaker
    tracing(), // plugin: tracing
    metrics(), // plugin: metrics
    childTracker(), // plugin: child-tracker
    logging({ logger: pino(pino.destination(2)) }), // plugin: logging
  ]
}
