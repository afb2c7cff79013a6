import { type Clock, type EventSink, insertBefore, StageflowError } from '@stageflow/core'
import { createStageflow, getDefaultInterceptors } from '@stageflow/defaults'
import { retry } from '@stageflow/interceptor-retry'
import type { Logger } from 'pino'
import { chat } from './pipeline.ts'
import type { ChatPorts } from './stages.ts'

interface Parts {
  readonly ports: ChatPorts
  readonly logger: Logger
  /** Where events go. Default: nowhere. */
  readonly eventSink?: EventSink
  /** Default: the system's. */
  readonly clock?: Clock
}

/** Puts the chat together: the default interceptors around its stages, a retry at its place among them, and the graph to run. */
export function openApp({ ports, logger, ...rest }: Parts) {
  const defaults = getDefaultInterceptors({
    logging: { logger },
    circuitBreaker: { isFailure: isOutage, halfOpenAfterMs: 10_000 },
  })
  // Outside the time-out, so that each attempt has its own limit. Only calls without an answer so far are retried.
  const again = retry({ baseMs: 500, isRetryable: (error) => StageflowError.is(error, 'chat/model-unavailable') })
  const app = createStageflow({ interceptors: insertBefore(defaults, 'timeout', again), ports, logger, ...rest })
  return { app, graph: app.build(chat) }
}

export type ChatGraph = ReturnType<typeof openApp>['graph']

const OUTAGES = ['unavailable', 'rate-limited', 'silent', 'stream-cut', 'stream-error'].map(
  (what) => `chat/model-${what}`,
)

/** The server is down or has too much to do. A wrong key, or a damaged history, doesn't count. */
function isOutage(error: unknown): boolean {
  return StageflowError.is(error) && OUTAGES.includes(error.code)
}
