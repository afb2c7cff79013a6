/** A published plugin of Stageflow is one of these. */
export type PluginKind = 'interceptor' | 'sink' | 'exporter' | 'store'
/** What runs by itself, and isn't published. */
export type AppKind = 'app' | 'service'
export type Kind = AppKind | PluginKind

export const isApp = (kind: Kind): kind is AppKind => kind === 'app' || kind === 'service'

/** What can be made, and what it is. */
export const KINDS: Readonly<Record<Kind, string>> = {
  app: 'an app: a small pipeline, interceptors around its stages, a test',
  service: 'a service: HTTP with streaming, auth, tenants, idempotency, metrics, logs, traces, shutdown, tests',
  interceptor: 'an interceptor (middleware): follows or wraps the calls of stages',
  sink: 'an event sink: receives the events of runs one at a time',
  exporter: 'an exporter: sends the events of runs somewhere, in batches',
  store: 'a store: keeps the outputs of idempotent stages in a database',
}

/** What an app or a service asks its model with. */
export type AppModel = 'ai-sdk' | 'openai' | 'none'

/** The packages of each, and what it is. */
export const APP_MODELS: Readonly<Record<AppModel, { readonly packages: readonly string[]; readonly does: string }>> = {
  'ai-sdk': {
    packages: ['@stageflow/provider-ai-sdk', 'ai', '@ai-sdk/openai'],
    does: 'the AI SDK: OpenAI, Claude, Gemini and others',
  },
  openai: { packages: ['@stageflow/provider-openai', 'openai'], does: "OpenAI's client, also for Ollama or vLLM" },
  none: { packages: [], does: 'no model yet: call yours by yourself' },
}

/** The one of the AI SDK has every provider, and the app runs without a key too. */
export const DEFAULT_MODEL: AppModel = 'ai-sdk'

/** A package that an app can start with. */
export type AppPlugin =
  | 'idempotency'
  | 'retry'
  | 'timeout'
  | 'circuit-breaker'
  | 'tracing'
  | 'metrics'
  | 'child-tracker'
  | 'logging'
  | 'report'
  | 'auth'
  | 'defaults'

/** The package of each, the packages of others that it needs, and what it does. */
export const APP_PLUGINS: Readonly<Record<AppPlugin, { readonly packages: readonly string[]; readonly does: string }>> =
  {
    idempotency: { packages: ['@stageflow/interceptor-idempotency'], does: 'work with a key runs once' },
    retry: { packages: ['@stageflow/interceptor-retry'], does: 'stages that fail for a moment run again' },
    timeout: { packages: ['@stageflow/interceptor-timeout'], does: 'stages that take too long fail' },
    'circuit-breaker': {
      packages: ['@stageflow/interceptor-circuit-breaker'],
      does: 'calls of a service that is down fail at once',
    },
    tracing: { packages: ['@stageflow/interceptor-tracing', '@opentelemetry/api'], does: 'OpenTelemetry spans' },
    metrics: { packages: ['@stageflow/interceptor-metrics', 'prom-client'], does: 'Prometheus metrics' },
    'child-tracker': { packages: ['@stageflow/interceptor-child-tracker'], does: 'the tree of child runs' },
    logging: { packages: ['@stageflow/interceptor-logging', 'pino'], does: 'a line of JSON for each stage' },
    report: { packages: ['@stageflow/report'], does: 'a timeline of each run' },
    auth: { packages: ['@stageflow/interceptor-auth'], does: 'runs need a token (JWT), and know their user' },
    defaults: {
      packages: ['@stageflow/defaults', 'pino'],
      does: 'the usual seven: idempotency to logging, but retry and report',
    },
  }

/** The plugins that `defaults` brings. */
export const OF_DEFAULTS: ReadonlySet<AppPlugin> = new Set([
  'idempotency',
  'timeout',
  'circuit-breaker',
  'tracing',
  'metrics',
  'child-tracker',
  'logging',
])

/** What an app has unless it is told otherwise. */
export const DEFAULT_PLUGINS: readonly AppPlugin[] = ['retry', 'timeout', 'report']
