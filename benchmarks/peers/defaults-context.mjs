import { buildDefaults } from './defaults-graph.mjs'
import { published } from './published-modules.mjs'

// As an app has it that uses AsyncLocalStorage for its own purposes, without an SDK that records.
const { context } = await published('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = await published('@opentelemetry/context-async-hooks')
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

export const build = (shape) => buildDefaults(shape)
