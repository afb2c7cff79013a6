import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

import { StageflowError, type RunIdentity } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import type { StoredUndo } from '@stageflow/keyed-work'
import type { ResultKey } from '@stageflow/tool-executor'
import { parse, stringify } from 'devalue'

/** A call that can be undone: what its `undo` gets, and what the log needs. */
export interface UndoCall {
  readonly callId: string
  readonly toolName: string
  readonly ids: Readonly<Partial<RunIdentity>>
  readonly executionMode: string | undefined
  readonly idempotencyKey: string
  /** Where the result store has the result of the call. Undoing the call forgets it. */
  readonly resultKey: ResultKey | undefined
  readonly input: unknown
  readonly output: unknown
  readonly kept: unknown
  readonly completedAt: number
  /** How long it can be undone, in ms. */
  readonly ttlMs: number
}

/** A call that a store has. */
export interface RecordedCall extends UndoCall {
  /** The id of its entry. */
  readonly id: string
}

/** The version of the stored form. It changes when an older version of this package could not read it. */
const FORM = 1
/** Every store can index ids of this length. */
const LONGEST_ID = 256

/** An id as stores find it. Ids of calls come from models, so they can be anything. */
export function storedId(id: string): string {
  return id.length <= LONGEST_ID && /^[\x20-\x7e]+$/.test(id) ? id : `sha256:${sha256(JSON.stringify(id))}`
}

/** A text that reads back as an equal call. Throws `undo/not-json` if a value would come back as something else. */
export function callText(call: UndoCall): string {
  try {
    return stringify({ form: FORM, ...call }, { Buffer: bytesOf, lookalike: refuseLookalike })
  } catch (error) {
    throw new StageflowError(
      'undo/not-json',
      `The call to tool "${call.toolName}" cannot be undone: its input, output or kept value cannot be stored (${textOf(error)}). Let the tool return plain data, and pass plain data to keepForUndo.`,
      { cause: error },
    )
  }
}

/** The call of an entry. Throws if this version did not write it. */
export function recordedCall({ id, call }: StoredUndo): RecordedCall {
  const read = parse(call, { Buffer: (bytes: Uint8Array) => Buffer.from(bytes) }) as
    | (UndoCall & { readonly form: unknown })
    | null
  if (typeof read !== 'object' || read?.form !== FORM) throw new Error(`an entry is not a call of form ${FORM}`)
  return { ...read, id }
}

/** A Buffer, the usual form of a former file, as bytes that can be stored. */
const bytesOf = (value: unknown): unknown => Buffer.isBuffer(value) && new Uint8Array(value)

/** A subclass of a built-in class would come back as the built-in class. */
function refuseLookalike(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  if (tag !== 'Object' && name !== tag) throw new Error(`it holds an instance of ${name}`)
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
