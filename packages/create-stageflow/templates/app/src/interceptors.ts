import { insertBefore } from '@stageflow/core' // plugin: defaults+retry
import type { Interceptor } from '@stageflow/core'
import { getDefaultInterceptors } from '@stageflow/defaults' // plugin: defaults
import { auth } from '@stageflow/interceptor-auth' // plugin: auth
import { childTracker } from '@stageflow/interceptor-child-tracker' // plugin: child-tracker
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker' // plugin: circuit-breaker
import { idempotency } from '@stageflow/interceptor-idempotency' // plugin: idempotency
import { logging } from '@stageflow/interceptor-logging' // plugin: logging
import { metrics } from '@stageflow/interceptor-metrics' // plugin: metrics
import { retry } from '@stageflow/interceptor-retry' // plugin: retry
import { timeout } from '@stageflow/interceptor-timeout' // plugin: timeout
import { tracing } from '@stageflow/interceptor-tracing' // plugin: tracing
import { pino } from 'pino' // plugin: logging|defaults
import { verify } from './token.ts' // plugin: auth

/** What goes around every stage, outermost first. Make the list once: it keeps the state of all runs, such as open circuits. */
export function makeInterceptors(): readonly Interceptor[] {
  const logger = pino(pino.destination(2)) // plugin: logging|defaults
  const defaults = getDefaultInterceptors({ logging: { logger } }) // plugin: defaults
  return [
    auth({ verify }), // plugin: auth
    ...insertBefore(defaults, 'timeout', retry({ attempts: 3 })), // plugin: defaults+retry
    ...defaults, // plugin: defaults+!retry
    idempotency(), // plugin: idempotency
    retry({ attempts: 3 }), // plugin: retry+!defaults
    timeout({ timeoutMs: 30_000 }), // plugin: timeout
    circuitBreaker(), // plugin: circuit-breaker
    tracing(), // plugin: tracing
    metrics(), // plugin: metrics
    childTracker(), // plugin: child-tracker
    logging({ logger }), // plugin: logging
  ]
}
