import type { Interceptor, RunOptions } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { ChildRunTracker, childTracker } from '@stageflow/interceptor-child-tracker'
import { circuitBreaker } from '@stageflow/interceptor-circuit-breaker'
import { idempotency } from '@stageflow/interceptor-idempotency'
import { logging } from '@stageflow/interceptor-logging'
import { metrics } from '@stageflow/interceptor-metrics'
import { retry } from '@stageflow/interceptor-retry'
import { timeout } from '@stageflow/interceptor-timeout'
import { tracing } from '@stageflow/interceptor-tracing'
import type { Attributes } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { manualClock, recordingSink } from '@stageflow/testing'
import type { ManualClock, RecordingSink } from '@stageflow/testing'
import { pino } from 'pino'
import { Registry } from 'prom-client'

/** The documented order, outermost first: the defaults with auth in front, and retry at the place that its README recommends. */
export const ORDER = [
  'auth',
  'idempotency',
  'retry',
  'timeout',
  'circuit-breaker',
  'tracing',
  'metrics',
  'child-tracker',
  'logging',
] as const
export type Name = (typeof ORDER)[number]
export type Twins = Partial<Record<Name, (kit: Kit) => Interceptor>>

export interface Line {
  readonly msg: string
  readonly pipelineRunId: string
  readonly stage?: string
  readonly status?: string
  readonly error?: { readonly code: string }
}
export interface SeenSpan {
  readonly name: string
  readonly attributes: Attributes
  readonly isError: boolean
}

/** The real clock, sink, registry and so on of one case. */
export interface Kit {
  readonly clock: ManualClock
  readonly sink: RecordingSink
  readonly registry: Registry
  readonly tracker: ChildRunTracker
  readonly lines: readonly Line[]
  readonly spans: readonly SeenSpan[]
  /** How many spans have started and not ended. */
  readonly openSpans: number
  /** Run options with which the interceptors of this case let a run through. */
  readonly options: RunOptions
  readonly interceptors: readonly Interceptor[]
}

/** `beside`: interceptors outside them all. */
export function createKit(names: readonly Name[], twins: Twins = {}, beside: readonly Interceptor[] = []): Kit {
  const clock = manualClock({ seed: 1 })
  const registry = new Registry()
  const tracker = new ChildRunTracker()
  const lines: Line[] = []
  const spans: SeenSpan[] = []
  let openSpans = 0
  const logger = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line) as Line) })
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [
      {
        onStart: () => void openSpans++,
        onEnd: ({ name, attributes, status }) => {
          openSpans--
          spans.push({ name, attributes, isError: status.code === SpanStatusCode.ERROR })
        },
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  const make: Record<Name, () => Interceptor> = {
    auth: () => auth({ verify: (token) => (token === 'good' ? { sub: 'ada' } : Promise.reject(new Error('unknown'))) }),
    idempotency: () => idempotency(),
    retry: () => retry({ jitter: 'none' }),
    timeout: () => timeout(),
    'circuit-breaker': () => circuitBreaker(),
    tracing: () => tracing({ tracerProvider }),
    metrics: () => metrics({ registry }),
    'child-tracker': () => childTracker({ tracker }),
    logging: () => logging({ logger }),
  }
  const kit = {
    clock,
    sink: recordingSink(),
    registry,
    tracker,
    lines,
    spans,
    get openSpans() {
      return openSpans
    },
    options: names.includes('auth') ? { token: 'good' } : {},
    interceptors: [] as readonly Interceptor[],
  }
  const own = ORDER.filter((name) => names.includes(name)).map((name) => (twins[name] ?? make[name])(kit))
  kit.interceptors = [...beside, ...own]
  return kit
}
