import { published } from '../peers/published-modules.mjs'
import { openMap } from './open-map.mjs'

/** A map of the built packages, as published. Rows without the defaults load core alone. */
export async function open({ each, concurrency }, subject) {
  const core = await import(process.env.STAGEFLOW_CORE)
  const interceptors = subject.defaults ? await defaultInterceptors() : []
  return openMap(core, { each, concurrency, interceptors, as: subject.each })
}

async function defaultInterceptors() {
  const { getDefaultInterceptors } = await published('@stageflow/defaults')
  const { pino } = await published('pino')
  return getDefaultInterceptors({ logging: { logger: pino({ level: 'silent' }) } })
}
