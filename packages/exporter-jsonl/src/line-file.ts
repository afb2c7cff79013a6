import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

import { notAFile } from './file-errors.ts'
import { makeFolder, syncFolder } from './folders.ts'
import type { Settings } from './jsonl-options.ts'
import { setAside } from './rotation.ts'
import { repairEnd } from './torn-line.ts'

/** A file to which whole lines are appended. Calls must not overlap. */
export class LineFile {
  readonly #settings: Settings
  #handle: FileHandle | undefined
  #size = 0
  /** Folders whose new entries aren't on the disk yet. */
  readonly #changedFolders = new Set<string>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Opens the file at the path unless it is open, ends its last line, and finds out its size. */
  async prepare(): Promise<void> {
    const size = await this.#sizeUnderPath()
    if (this.#handle === undefined || size === undefined) {
      // It was moved or deleted, and nothing would read what is written to it now.
      await this.close()
      return this.#open()
    }
    // Another process writes to it too. If that died in the middle of a line, ours would begin there.
    if (size !== this.#size) await this.#findEnd(this.#handle)
  }

  /** Its size in bytes, as of `prepare` plus what was appended since. */
  get size(): number {
    return this.#size
  }

  /** Appends all of it. If it fails, it removes what it has written, if it can. */
  async append(lines: Buffer): Promise<void> {
    await this.#write(lines)
    while (await this.#isDeleted()) {
      // It was deleted since `prepare`, for example by another writer that keeps few files.
      await this.prepare()
      await this.#write(lines)
    }
  }

  /** Sets the file aside and starts a new one. If another writer has done so, it goes on with that writer's file. */
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
    // Nothing syncs the file later.
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
    // Opening a pipe without a reader would wait for one.
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

  /** The size of the file at the path; undefined if it isn't the open one. */
  async #sizeUnderPath(): Promise<number | undefined> {
    const opened = await this.#handle?.stat()
    const found = await stat(this.#settings.path).catch(() => undefined)
    if (opened === undefined || found === undefined) return undefined
    const isSame = found.ino === opened.ino && found.dev === opened.dev
    return isSame ? found.size : undefined
  }

  async #isDeleted(): Promise<boolean> {
    const opened = await this.#handle?.stat()
    return opened?.nlink === 0 && (await this.#sizeUnderPath()) === undefined
  }

  async #write(lines: Buffer): Promise<void> {
    const handle = this.#handle as FileHandle
    let written = 0
    try {
      // Usually one call, so that the lines of two writers don't mix.
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

  /** Removes the start of a write that failed, for example on a full disk. The next write opens the file again and checks its end. */
  async #takeBack(written: number): Promise<void> {
    const handle = this.#handle as FileHandle
    try {
      const { size } = await handle.stat()
      if (written > 0 && size === this.#size + written) await handle.truncate(this.#size)
    } catch {
      // The first failure is reported.
    }
    await this.close().catch(() => {})
  }
}
