import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'

/** Number 7 of `events.jsonl` is `events.000007.jsonl`. The highest number is the newest. */
function numberedPath(path: string, number: number): string {
  const { dir, name, ext } = parse(path)
  return join(dir, `${name}.${String(number).padStart(6, '0')}${ext}`)
}

/** Renames the file to the next free number, and deletes the oldest beyond `maxFiles`. */
export async function setAside(path: string, maxFiles: number): Promise<void> {
  const numbers = await numbersOf(path)
  const number = await claimNumber(path, (numbers.at(-1) ?? 0) + 1)
  try {
    await rename(path, numberedPath(path, number))
  } catch (error) {
    await rm(numberedPath(path, number), { force: true })
    // Another writer has set it aside.
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
    return
  }
  const surplus = numbers.length + 1 - maxFiles
  for (const old of [...numbers, number].slice(0, Math.max(0, surplus)))
    await rm(numberedPath(path, old), { force: true })
}

/** Makes an empty file of the number, so that no other writer takes it: a rename overwrites silently. */
async function claimNumber(path: string, from: number): Promise<number> {
  for (let number = from; ; number++) {
    try {
      await (await open(numberedPath(path, number), 'wx')).close()
      return number
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw error
    }
  }
}

async function numbersOf(path: string): Promise<readonly number[]> {
  const { name, ext } = parse(path)
  const found: number[] = []
  for (const entry of await readdir(dirname(path))) {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith(ext)) continue
    const digits = entry.slice(name.length + 1, entry.length - ext.length)
    // Not more digits, because eight are a date and more are a time: files of something else.
    if (/^\d{6,7}$/.test(digits)) found.push(Number(digits))
  }
  return found.sort((one, other) => one - other)
}
