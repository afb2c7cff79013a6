import type { CallUsage } from './call-usage.ts'
import type { shownError } from './shown-error.ts'

/** How one request to a model went. */
export interface ModelCallNote {
  readonly model: string
  readonly provider: string
  /** `cancel`: it was stopped, or another model began its answer first. */
  readonly status: 'ok' | 'fail' | 'cancel'
  readonly durationMs: number
  /** When its first chunk with text or a tool call came. */
  readonly firstChunkMs?: number
  readonly finishReason?: string
  readonly error?: ReturnType<typeof shownError>
  /** Absent if nothing is known, which isn't 0. */
  readonly usage?: CallUsage
}

declare module '@stageflow/core' {
  interface StageNotes {
    /** Which models a stage has asked in its last attempt, and which one has answered last. */
    readonly models?: { readonly used?: string; readonly calls: readonly ModelCallNote[] }
  }
  interface EventMap {
    /** A model failed before its answer began, and the next one was asked. */
    'models.switched': { readonly model: string; readonly next: string; readonly error: ReturnType<typeof shownError> }
    /** A model took longer than `hedgeMs`, and the next one was asked too. */
    'models.hedged': { readonly model: string; readonly next: string }
  }
}
