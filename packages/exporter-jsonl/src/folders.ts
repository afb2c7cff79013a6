import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes a folder and its parents. Calls `onNew` with each folder in which one was made. */
export async function makeFolder(path: string, onNew: (parent: string) => void): Promise<void> {
  // One at a time: with `recursive`, Node tries without end if a parent takes no folders, such as /proc.
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined) return
  const parent = dirname(path)
  if (parent !== path) await makeFolder(parent, onNew)
  try {
    await mkdir(path)
  } catch (error) {
    // Another process has made it.
    if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw error
  }
  onNew(parent)
}

/** Syncs new entries of a folder, so that they survive a power loss. Not every system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Windows can't open folders.
  }
}
