import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { ResolvedCall } from '@stageflow/tools'

// How a call fails because of its idempotency key.

export const otherInput = ({ name }: ResolvedCall): StageflowError =>
  new StageflowError(
    'tool-executor/other-input',
    `Tool "${name}" was not called: its idempotency key was used for other arguments or another tool. Use a new key for new work.`,
  )

export const inProgress = ({ name }: ResolvedCall, waitMs: number): StageflowError =>
  new StageflowError(
    'tool-executor/in-progress',
    `Tool "${name}" was not called: another call with its idempotency key still runs after ${waitMs} ms. Call again later with the same key, or raise waitMs of new ToolExecutor().`,
  )

export const full = ({ name }: ResolvedCall, cause: unknown): StageflowError =>
  new StageflowError(
    'tool-executor/full',
    `Tool "${name}" was not called: the result store has no room for another idempotency key (${textOf(cause)}). Call again later with the same key.`,
    { cause },
  )

export const unavailable = ({ name }: ResolvedCall, cause: unknown): StageflowError =>
  new StageflowError(
    'tool-executor/unavailable',
    `Tool "${name}" was not called: the result store failed (${textOf(cause)}), so it's unknown whether the work has been done. Check the store, then call again.`,
    { cause },
  )

export const leaseLost = ({ name }: ResolvedCall): StageflowError =>
  new StageflowError(
    'tool-executor/lease-lost',
    `Tool "${name}" lost its idempotency key while it ran, and another call took the work over. Find out what blocked this process, or raise leaseMs of new ToolExecutor().`,
  )

export const notJson = ({ name }: ResolvedCall, reason: string): StageflowError =>
  new StageflowError(
    'tool-executor/not-json',
    `Tool "${name}" was not called: the work of its idempotency key is done, but its result could not be stored (${reason}). Let the tool return plain data.`,
  )

export const tooLarge = ({ name }: ResolvedCall, reason: string): StageflowError =>
  new StageflowError(
    'tool-executor/too-large',
    `Tool "${name}" was not called: the work of its idempotency key is done, but its result is too large for the result store (${reason}). Let the tool return a reference to large data.`,
  )

export const unreadable = ({ name }: ResolvedCall, cause: unknown): StageflowError =>
  new StageflowError(
    'tool-executor/unreadable-entry',
    `Tool "${name}" was not called: the work of its idempotency key is done, but its record cannot be read (${textOf(cause)}). Another version or program wrote it. Remove the record if the work may be done again.`,
    { cause },
  )
