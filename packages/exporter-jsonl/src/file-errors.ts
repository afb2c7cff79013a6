import { StageflowError } from '@stageflow/core'
import { codeOf } from '@stageflow/core/kit'

interface Reason {
  readonly code: string
  readonly what: string
  readonly fix: string
}

const FULL: Reason = {
  code: 'exporter-jsonl/full',
  what: 'the disk is full',
  fix: 'Free space, or set maxFileBytes and maxFiles',
}
const DENIED: Reason = {
  code: 'exporter-jsonl/no-permission',
  what: 'this process has no permission',
  fix: 'Give it write access to the file and its folder',
}
const NO_FILE: Reason = {
  code: 'exporter-jsonl/not-a-file',
  what: 'it is not a file, or its folder is not a folder',
  fix: 'Pass the path of a file',
}
const OTHER: Reason = { code: 'exporter-jsonl/write-failed', what: 'the system refused', fix: 'Read error.cause' }

const REASONS: Readonly<Record<string, Reason>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: DENIED,
  EISDIR: NO_FILE,
  ENOTDIR: NO_FILE,
  EEXIST: NO_FILE,
}

/** Turns a failure of the file system into an error that says what to do. A buffered exporter tries again. */
export function fileError(path: string, cause: unknown): StageflowError {
  if (StageflowError.is(cause)) return cause
  const errno = codeOf(cause)
  const { code, what, fix } = (errno === undefined ? undefined : REASONS[errno]) ?? OTHER
  const reason = errno === undefined ? what : `${what} (${errno})`
  return new StageflowError(code, `Events cannot be written to ${JSON.stringify(path)}: ${reason}. ${fix}.`, { cause })
}

export function notAFile(path: string): StageflowError {
  return new StageflowError(
    'exporter-jsonl/not-a-file',
    `Events cannot be written to ${JSON.stringify(path)}: it is not a regular file. Pass the path of a file.`,
  )
}
