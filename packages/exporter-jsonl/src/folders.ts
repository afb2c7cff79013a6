import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes a folder, and those it is in, and calls `onNew` with each folder in which one was made. */
export async function makeFolder(path: string, onNew: (parent: string) => void): Promise<void> {
  // One at a time: with `recursive` Node tries for ever where a parent that is there takes no folders, as /proc.
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined) return
  const parent = dirname(path)
  if (parent !== path) await makeFolder(parent, onNew)
  try {
    await mkdir(path)
  } catch (error) {
    // Made by somebody else meanwhile.
    if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw error
  }
  onNew(parent)
}

/** So that the names that are new in it outlive a loss of power as well; not every system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Windows does not open folders.
  }
}
