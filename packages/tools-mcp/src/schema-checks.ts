import { createContext, Script } from 'node:vm'
import type { JsonSchemaType, JsonSchemaValidator, jsonSchemaValidator } from '@modelcontextprotocol/client'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv'
import { codeOf } from '@stageflow/core/kit'

/** How long a check may take, in ms. Nothing else runs meanwhile, and a pattern of a server can take years for a short text. */
const CHECK_LIMIT_MS = 1_000

/**
 * Checks values by the schemas of servers. Each schema has an engine of its own, because an engine keeps the first schema with an `$id`. It would
 * use that for what another server, or the same one later, lists with the same `$id`.
 */
export const schemaChecks: jsonSchemaValidator = {
  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const check = inTime(() => new AjvJsonSchemaValidator().getValidator<T>(schema))
    if (check === undefined) throw new Error(`its schema could not be read in ${CHECK_LIMIT_MS} ms`)
    return (input) =>
      inTime(() => check(input)) ?? {
        valid: false,
        data: undefined,
        errorMessage: `the check by its schema took longer than ${CHECK_LIMIT_MS} ms, as with a slow pattern`,
      }
  },
}

const script = new Script('work()')
/** One for all checks, because a context takes ten times as long as a check. */
const global: { work?: () => unknown } = {}
const context = createContext(global)

/** What `work` returns; undefined if it takes too long. Only `node:vm` can stop synchronous code. */
function inTime<Result>(work: () => Result): Result | undefined {
  try {
    global.work = work
    return script.runInContext(context, { timeout: CHECK_LIMIT_MS }) as Result
  } catch (error) {
    if (codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    delete global.work
  }
}
