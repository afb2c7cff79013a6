import { read, required } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'

/** Not by its class, because it may come from a package with its own. A request of node:http has no `headers.get`. */
const REQUEST: OptionRule = [
  (value) => typeof read(read(value, 'headers'), 'get') === 'function',
  'a web request, such as route() and nodeHandler() pass to a handler',
]
export const REQUEST_RULES: OptionRules<{ readonly request: unknown }> = { request: required(REQUEST) }
