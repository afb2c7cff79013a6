import { AsyncLocalStorage } from 'node:async_hooks'
import { buildDefaults } from './defaults-graph.mjs'

// What setting the active context of a tracer around every stage costs, without the tracer.
const storage = new AsyncLocalStorage()
const part = { enter: (next, context) => storage.run(context, next) }
const active = { name: 'active', onCall: () => () => part }

export const build = (shape) => buildDefaults(shape, { inside: [active] })
