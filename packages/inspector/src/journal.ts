import type { ErrorRecord, PipelineReport, RunAuthor, RunOptions, StageGraph, StageOutput } from '@stageflow/core'
import type { CallFacts, GraphFingerprint, OpenRequest } from '@stageflow/core/durable'

/** A graph whose interceptors admit an act. */
export type ActedGraph = Pick<StageGraph<unknown, unknown>, 'name' | 'info'>

/** What the inspector needs of a journal to show its runs: `openJournal()`, `durableLocal()` and `durablePostgres()` have it. */
export interface InspectedJournal {
  /** The runs, the newest first: of one organization and of one pipeline, or of all. */
  list(options: {
    readonly orgId?: string
    readonly pipeline?: string
    readonly limit: number
  }): Promise<readonly JournalRun[]>
  /** One run, or undefined. It checks no rights. `facts`: with the data of its stages. */
  get(runId: string, options: { readonly facts: boolean }): Promise<JournalRunDetails | undefined>
  /** Acts in the name of a part of the app. A journal that was opened to look at it has no such method. */
  as?(name: string): ActsByName
  /** The acts of a caller whom the interceptors of the graph admit. */
  answer?(graph: ActedGraph, runId: string, answers: object, options: AnswerByCaller): Promise<void>
  cancel?(graph: ActedGraph, runId: string, reason: string, options: RunOptions): Promise<boolean>
  retryFailed?(graph: ActedGraph, runId: string, options: RunOptions): Promise<unknown>
}

export type AnswerByCaller = RunOptions & { readonly question?: string }

export interface ActsByName {
  answer(runId: string, answers: object): Promise<void>
  cancel(runId: string, reason: string): Promise<boolean>
}

export interface JournalRun {
  readonly runId: string
  readonly pipeline: string
  readonly status: PipelineReport['status'] | 'running' | 'blocked'
  readonly startedAt: number
  readonly updatedAt: number
  readonly leg: number
  /** Who carries a running run: `gone` if its process has died. */
  readonly owner: 'here' | 'elsewhere' | 'gone' | undefined
  readonly orgId: string | undefined
  readonly error: ErrorRecord | undefined
}

export interface JournalRunDetails extends JournalRun {
  readonly input: unknown
  readonly graph: GraphFingerprint
  readonly inProgress: readonly { readonly key: string; readonly startedAt: number | undefined }[]
  readonly requests: readonly (OpenRequest & { readonly question: string })[]
  readonly timeline: readonly JournalEntry[]
  readonly result: JournalResult | undefined
  readonly facts: readonly { readonly kind: string; readonly key: string; readonly value: unknown }[] | undefined
}

export interface JournalEntry {
  readonly kind: string
  readonly key: string
  readonly at: number
  readonly status?: CallFacts['status']
  readonly startedAt?: number
  readonly endedAt?: number
  readonly by?: RunAuthor
}

/** What the last leg of a run ended with. */
export interface JournalResult {
  readonly report: PipelineReport
  readonly outputs: Readonly<Record<string, StageOutput | undefined>>
  readonly reason?: string
  readonly errors?: readonly ErrorRecord[]
}
