import { isUtf8 } from 'node:buffer'
import { constants, realpathSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, readlink, unlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { StageflowError } from '@stageflow/core'

/** A folder that no path leads out of. */
export interface Sandbox {
  read(path: string, signal: AbortSignal): Promise<string>
  /** The former content; undefined where there was no such file. */
  write(path: string, text: string, signal: AbortSignal): Promise<string | undefined>
  remove(path: string): Promise<void>
}

const MOST_BYTES = 64 * 1024

/** The text files under `folder`. It refuses absolute paths, `..`, every symlink on the way, and files without text. */
export function openSandbox(folder: string): Sandbox {
  const root = realpathSync(folder)

  async function inside(path: string): Promise<string> {
    const given = path.replaceAll('\\', '/')
    const parts = normalize(given).split(/[/\\]/)
    if (path.includes('\0') || isAbsolute(given) || /^[A-Za-z]:/.test(path) || parts.includes('..'))
      throw refused(path, 'leads out of the sandbox')
    for (let depth = 1; depth <= parts.length; depth++) {
      const found = await lstat(join(root, ...parts.slice(0, depth))).catch(absent)
      if (found === undefined) break
      if (found.isSymbolicLink()) throw refused(path, 'goes through a symbolic link')
    }
    return join(root, ...parts)
  }

  async function opened(path: string, flags: number): Promise<FileHandle> {
    const place = await inside(path)
    // No link is followed, and no pipe is waited for, that is put there between the look and the opening.
    const file = await open(place, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      // Nor is a folder on the way that became a link meanwhile. Only Linux tells what has been opened; no tool makes links.
      const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined)
      if (opened !== undefined && opened !== place) throw refused(path, 'was moved')
      const held = await file.stat()
      if (!held.isFile()) throw refused(path, held.isDirectory() ? 'is a folder' : 'is no file')
      if (held.size > MOST_BYTES) throw refused(path, `has ${held.size} bytes; at most ${MOST_BYTES} are read`)
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async function content(path: string, signal: AbortSignal): Promise<string> {
    const file = await opened(path, constants.O_RDONLY)
    try {
      const bytes = await file.readFile({ signal })
      if (!isUtf8(bytes)) throw refused(path, 'is no text')
      return bytes.toString()
    } finally {
      await file.close()
    }
  }

  async function replace(path: string, text: string, signal: AbortSignal): Promise<string | undefined> {
    const former = await content(path, signal).catch(absent)
    signal.throwIfAborted()
    await mkdir(dirname(await inside(path)), { recursive: true })
    const file = await opened(path, constants.O_WRONLY | constants.O_CREAT)
    try {
      await file.truncate()
      await file.writeFile(text, 'utf8')
    } finally {
      await file.close()
    }
    return former
  }

  const told = (path: string) => (error: unknown) => Promise.reject(readable(error, path))
  return {
    read: (path, signal) => content(path, signal).catch(told(path)),
    write: (path, text, signal) => replace(path, text, signal).catch(told(path)),
    remove: (path) => inside(path).then(unlink).catch(told(path)),
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

function refused(path: string, why: string): StageflowError {
  return new StageflowError('sandbox/refused', `"${path}" ${why}.`)
}

/** Errors of the file system name the place of the sandbox, which is not for the model. */
function readable(error: unknown, path: string): Error {
  if (StageflowError.is(error)) return error
  const { code = 'EIO' } = error as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be used (${code})`
  return new StageflowError('sandbox/unreadable', `"${path}" ${why}.`, { cause: error })
}
