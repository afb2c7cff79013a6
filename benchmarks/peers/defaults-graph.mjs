import { buildCore } from './core-graph.mjs'
import { published } from './published-modules.mjs'

const { getDefaultInterceptors } = await published('@stageflow/defaults')
const { pino } = await published('pino')

/** The default interceptors: metrics on, no sink; by default the logger is silent. `inside`: more of them, innermost. */
export function buildDefaults(shape, { logging, inside = [] } = {}) {
  const list = getDefaultInterceptors({ logging: { logger: pino({ level: 'silent' }), ...logging } })
  return buildCore(shape, { interceptors: [...list, ...inside] })
}
