import { buildCore } from './core-graph.mjs'
import { published } from './published-modules.mjs'

const { getDefaultInterceptors } = await published('@stageflow/defaults')
const { pino } = await published('pino')

/** The default interceptors: metrics on, no sink; by default the logger is silent. */
export function buildDefaults(shape, options = {}) {
  const logging = { logger: pino({ level: 'silent' }), ...options.logging }
  return buildCore(shape, { interceptors: getDefaultInterceptors({ logging }) })
}
