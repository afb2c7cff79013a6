import type { LLMDelta } from '@stageflow/provider-types'

/** How large a request is in tokens, as far as its client knows. */
export interface RequestSize {
  readonly inputTokens?: number | undefined
  /** The most that the answer may have. */
  readonly maxOutputTokens?: number | undefined
}

/** A language model behind any client. `callModel` keeps its health by this object: make it once, not for each call. */
export interface Model<Request> {
  /** Its name in notes, metrics and errors: `gpt-5.5`. */
  readonly id: string
  /** As OpenTelemetry names it: `openai`, `anthropic`, `gcp.gemini`, … */
  readonly provider: string
  /** Makes one request. Deltas of text come before the finish reason, and those of counts may follow it. Without a finish reason the answer counts as cut. */
  stream(request: Request, signal: AbortSignal): AsyncIterable<LLMDelta>
  /** For estimates of what a stopped call has used, and for budgets. */
  size?(request: Request): RequestSize
}
