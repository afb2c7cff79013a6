import { ProtocolError, SdkErrorCode } from '@modelcontextprotocol/client'
import { StageflowError } from '@stageflow/core'
import { asClause, codeOf, httpStatusOf, textOf } from '@stageflow/core/kit'

import { tooLarge } from './answer-limit.ts'
import { TOO_LARGE } from './call-trouble.ts'
import { errorChain } from './error-chain.ts'
import type { ServerText } from './server-text.ts'

/** What the SDK says of structured content. A server could say it too. */
const OF_OUTPUT_SCHEMA =
  /^(?:Structured content does not match|Failed to validate structured|Tool .* has an output schema)/

/** Whether the server has answered, with a result that can't be taken. */
const isIllegalResult = (error: unknown): boolean =>
  codeOf(error) === SdkErrorCode.InvalidResult ||
  (error instanceof ProtocolError && OF_OUTPUT_SCHEMA.test(error.message))

/** The errors of one server. None of them has its secrets. */
export class Failures {
  readonly #text: ServerText
  readonly #maxBytes: number

  constructor(text: ServerText, maxBytes: number) {
    this.#text = text
    this.#maxBytes = maxBytes
  }

  /** No connection could be opened, or the tools could not be listed. */
  unavailable(error: unknown): StageflowError {
    const fix = isIllegalResult(error)
      ? 'Its list of tools breaks the protocol: update the server.'
      : 'Start it, or check its address and headers.'
    const problem = `The MCP server ${this.#text.name} is not available: ${this.reasonOf(error)}. ${fix}`
    return this.#own('tools-mcp/unavailable', problem, error)
  }

  connectTimedOut(limitMs: number): StageflowError {
    const problem = `The MCP server ${this.#text.name} did not connect and list its tools within ${limitMs} ms. Check that it runs, or raise connectTimeoutMs.`
    return new StageflowError('tools-mcp/unavailable', problem)
  }

  /** The connection was lost during a call. `wasRepeated`: twice, because the call may be repeated. */
  connectionLost(tool: string, wasRepeated: boolean, error: unknown): StageflowError {
    const lost = `The connection to the MCP server ${this.#text.name} was lost during a call to "${tool}"`
    const problem = wasRepeated
      ? `${lost}, and again when it was repeated: ${this.reasonOf(error)}. Check the server, and call again later.`
      : `${lost}: ${this.reasonOf(error)}. The call may have taken effect, so it was not repeated. Check that before you call again.`
    return this.#own('tools-mcp/connection-lost', problem, error)
  }

  callFailed(tool: string, error: unknown): StageflowError {
    const { name } = this.#text
    const problem = isIllegalResult(error)
      ? `The MCP server ${name} made a call to "${tool}", but its result breaks the protocol or the output schema of the tool: ${this.reasonOf(error)}. The call may have taken effect. Check that before you call again.`
      : `The MCP server ${name} refused a call to "${tool}": ${this.reasonOf(error)}. Check the arguments, and the log of the server.`
    return this.#own('tools-mcp/call-failed', problem, error)
  }

  toolGone(tool: string): StageflowError {
    const problem = `The MCP server ${this.#text.name} no longer has the tool "${tool}". Pass the model the tools of now: registry.list().`
    return new StageflowError('tools-mcp/tool-gone', problem)
  }

  closed(): StageflowError {
    const problem = `The tools of the MCP server ${this.#text.name} were closed with close(). Call mcpTools() for new ones.`
    return new StageflowError('tools-mcp/closed', problem)
  }

  /** What happened, without secrets. */
  reasonOf(error: unknown): string {
    if (StageflowError.is(error)) return asClause(error.message)
    const status = httpStatusOf(error)
    const parts = errorChain(error).flatMap((one) => [textOf(one), codeOf(one)])
    const texts = status === undefined ? [] : [`HTTP ${status}`]
    for (const part of parts) if (part !== undefined && !texts.join(' ').includes(part)) texts.push(part)
    return asClause(this.#text.clean(texts.join(': ')))
  }

  /** An error of this package as it is; otherwise a new one with this code. */
  #own(code: string, problem: string, error: unknown): StageflowError {
    if (StageflowError.is(error)) return error
    if (error instanceof ProtocolError && error.data === TOO_LARGE) return tooLarge(this.#maxBytes)
    return new StageflowError(code, problem, { cause: this.#cleanCause(error) })
  }

  /** The SDK's error has the texts of the server, which may repeat what it was sent. This one has what tells errors apart. */
  #cleanCause(error: unknown): Error {
    // The code of what broke is inside of what the SDK and fetch say about it.
    const code = errorChain(error)
      .map(codeOf)
      .findLast((one) => one !== undefined)
    const status = httpStatusOf(error)
    const facts = { ...(code !== undefined && { code }), ...(status !== undefined && { status }) }
    return Object.assign(new Error(this.reasonOf(error)), facts)
  }
}
