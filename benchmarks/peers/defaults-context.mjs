import { AsyncLocalStorage } from 'node:async_hooks'
import { buildDefaults } from './defaults-graph.mjs'

// What setting the active context of a tracer around every stage costs, without the tracer.
const storage = new AsyncLocalStorage()
const active = { name: 'active', wrap: (next) => (context) => storage.run(context, next, context) }

export const build = (shape) => buildDefaults(shape, { inside: [active] })
