import { StageflowError } from '@stageflow/core'

interface Reason {
  readonly code: string
  readonly what: string
  readonly fix: string
}

const FULL: Reason = { code: 'exporter-jsonl/disk-full', what: 'there is no room', fix: 'Make room on the disk' }
const DENIED: Reason = {
  code: 'exporter-jsonl/no-permission',
  what: 'it is not allowed',
  fix: 'Let this process write to the file and its folder',
}
const NO_FILE: Reason = {
  code: 'exporter-jsonl/not-a-file',
  what: 'it, or what should be its folder, is something else',
  fix: 'Pass the path of a file',
}
const OTHER: Reason = { code: 'exporter-jsonl/write-failed', what: 'the system refused', fix: 'See the cause' }

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

/** What a failure of the file system means, with its cause. A buffered exporter tries again. */
export function fileError(path: string, cause: unknown): StageflowError {
  if (StageflowError.is(cause)) return cause
  const errno = (cause as { readonly code?: unknown } | null | undefined)?.code
  const { code, what, fix } = (typeof errno === 'string' ? REASONS[errno] : undefined) ?? OTHER
  const reason = typeof errno === 'string' ? `${what} (${errno})` : what
  return new StageflowError(code, `Events cannot be written to ${JSON.stringify(path)}: ${reason}. ${fix}.`, { cause })
}

export function notAFile(path: string): StageflowError {
  return new StageflowError(
    'exporter-jsonl/not-a-file',
    `Events cannot be written to ${JSON.stringify(path)}: it is no regular file. Pass the path of a file.`,
  )
}
