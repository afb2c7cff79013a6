import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Text files in one folder. No name leads out of it. */
export interface Drafts {
  list(): Promise<readonly string[]>
  /** Undefined if there is no such file. */
  read(name: string): Promise<string | undefined>
  /**
   * Replaces the file, and returns its former text: undefined if there was none. Work with the same key may be repeated, also after a kill: the
   * former text is that of before the first time.
   */
  write(name: string, text: string, key: string): Promise<string | undefined>
  /** Puts the former text back, or removes the file. */
  restore(name: string, former: string | undefined): Promise<void>
}

/** A name, not a path: without a slash, and without a dot at its beginning. */
export const FILE_NAME = /^[a-z0-9][a-z0-9-]{0,60}\.md$/

export async function openDrafts(folder: string): Promise<Drafts> {
  const kept = join(folder, '.former')
  await mkdir(kept, { recursive: true })

  function placeOf(name: string): string {
    if (!FILE_NAME.test(name)) throw new Error(`"${name}" is not the name of a draft, such as reply-1.md.`)
    return join(folder, name)
  }

  async function read(name: string): Promise<string | undefined> {
    const file = await open(placeOf(name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(absent)
    try {
      return await file?.readFile('utf8')
    } finally {
      await file?.close()
    }
  }

  /** A kill leaves the former file or the new one, never half of it. */
  async function replace(place: string, text: string): Promise<void> {
    const written = join(kept, `${crypto.randomUUID()}.new`)
    await writeFile(written, text)
    await rename(written, place)
  }

  return {
    list: async () => (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort(),
    read,
    async write(name, text, key) {
      const place = join(kept, `${createHash('sha256').update(key).digest('hex')}.json`)
      const noted = await readFile(place, 'utf8').catch(absent)
      const former = noted === undefined ? { text: await read(name) } : (JSON.parse(noted) as { text?: string })
      if (noted === undefined) await replace(place, JSON.stringify(former))
      await replace(placeOf(name), text)
      return former.text
    },
    restore: (name, former) =>
      former === undefined ? rm(placeOf(name), { force: true }) : replace(placeOf(name), former),
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
