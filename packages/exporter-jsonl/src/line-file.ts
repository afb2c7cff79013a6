import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

import { notAFile } from './file-errors.ts'
import { makeFolder, syncFolder } from './folders.ts'
import type { Settings } from './jsonl-options.ts'
import { setAside } from './rotation.ts'
import { repairEnd } from './torn-line.ts'

/** A file that whole lines are appended to. Calls must not overlap. */
export class LineFile {
  readonly #settings: Settings
  #handle: FileHandle | undefined
  #size = 0
  /** Folders with names that are not on the disk yet. */
  readonly #changedFolders = new Set<string>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Sees to it that the file under the path is the one that is written to, that its last line has an end, and how long it is. */
  async prepare(): Promise<void> {
    const size = await this.#sizeUnderPath()
    if (this.#handle === undefined || size === undefined) {
      // Moved or deleted by somebody else: what is written to it now nobody would find.
      await this.close()
      return this.#open()
    }
    // Another has written to it as well: who died in the middle of a line would have ours begin there.
    if (size !== this.#size) await this.#findEnd(this.#handle)
  }

  /** In bytes, as of `prepare` and what was appended since. */
  get size(): number {
    return this.#size
  }

  /** All of it, or an error: then none of it, as far as that can be seen to. */
  async append(lines: Buffer): Promise<void> {
    await this.#write(lines)
    while (await this.#isDeleted()) {
      // Since it was looked at, such as by another writer that keeps few files: nobody can read what was written.
      await this.prepare()
      await this.#write(lines)
    }
  }

  /** Sets the file aside and begins a new one. Where another writer has done so already, it goes on with the one of that. */
  async rotate(): Promise<void> {
    const isOurs = (await this.#sizeUnderPath()) !== undefined
    await this.close()
    if (isOurs) await setAside(this.#settings.path, this.#settings.maxFiles)
    await this.#open()
  }

  async sync(): Promise<void> {
    await this.#handle?.sync()
    await this.#syncFolders()
  }

  async close(): Promise<void> {
    const handle = this.#handle
    // A file that is left is not synced later.
    try {
      await this.sync()
    } finally {
      this.#handle = undefined
      await handle?.close()
    }
  }

  async #open(): Promise<void> {
    const { path, mode } = this.#settings
    const folder = dirname(path)
    await makeFolder(folder, (parent) => this.#changedFolders.add(parent))
    const found = await stat(path).catch(() => undefined)
    // A pipe without a reader would not even open.
    if (found !== undefined && !found.isFile()) throw notAFile(path)
    const handle = await open(path, 'a+', mode)
    if (found === undefined) this.#changedFolders.add(folder)
    try {
      await this.#findEnd(handle)
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#handle = handle
  }

  async #findEnd(handle: FileHandle): Promise<void> {
    const { maxLineBytes, clock } = this.#settings
    await repairEnd(handle, maxLineBytes, clock)
    this.#size = (await handle.stat()).size
  }

  /** How long the file under the path is; undefined where that is not the one that is open. */
  async #sizeUnderPath(): Promise<number | undefined> {
    const opened = await this.#handle?.stat()
    const found = await stat(this.#settings.path).catch(() => undefined)
    return found !== undefined && found.ino === opened?.ino && found.dev === opened.dev ? found.size : undefined
  }

  async #isDeleted(): Promise<boolean> {
    const opened = await this.#handle?.stat()
    return opened?.nlink === 0 && (await this.#sizeUnderPath()) === undefined
  }

  async #write(lines: Buffer): Promise<void> {
    const handle = this.#handle as FileHandle
    let written = 0
    try {
      // One call, as a rule: appended at once, so that the lines of two writers do not mix.
      while (written < lines.length) written += (await handle.write(lines, written)).bytesWritten
      if (this.#settings.fsync) {
        await handle.datasync()
        await this.#syncFolders()
      }
    } catch (error) {
      await this.#takeBack(written)
      throw error
    }
    this.#size += written
  }

  async #syncFolders(): Promise<void> {
    for (const folder of this.#changedFolders) await syncFolder(folder)
    this.#changedFolders.clear()
  }

  /** Of a write that failed in the middle, such as on a full disk. The file is opened anew, which looks at its end. */
  async #takeBack(written: number): Promise<void> {
    const handle = this.#handle as FileHandle
    try {
      const { size } = await handle.stat()
      if (written > 0 && size === this.#size + written) await handle.truncate(this.#size)
    } catch {
      // What failed first is told.
    }
    await this.close().catch(() => {})
  }
}
