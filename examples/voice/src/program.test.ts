import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { inFolder, runProgram } from './program.ts'

const { signal } = new AbortController()
const node = (code: string, stop: AbortSignal = signal): Promise<string> =>
  runProgram(process.execPath, ['-e', code], stop)

test('it returns what the program printed', async () => {
  expect(await node('console.log("said"); console.error("log")')).toBe('said\n')
})

test('a program that fails is an error with its exit code and its last lines', async () => {
  await expect(node('console.error("first\\nwhy"); process.exit(3)')).rejects.toThrow(
    `${process.execPath} ended with 3: first\nwhy`,
  )
})

test('a program that is not there is an error that names it', async () => {
  await expect(runProgram('no-such-program', [], signal)).rejects.toThrow('spawn no-such-program ENOENT')
})

test('an abort kills the program, and rejects with its reason after the process has ended', async () => {
  const stop = new AbortController()
  await inFolder(async (folder) => {
    const file = join(folder, 'pid')
    const running = node(
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); fs.writeFileSync(${JSON.stringify(file)}, String(process.pid))`,
      stop.signal,
    )
    const pid = await vi.waitUntil(() => existsSync(file) && Number(readFileSync(file, 'utf8')), { timeout: 60_000 })
    stop.abort('the person speaks')
    await expect(running).rejects.toBe('the person speaks')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

test('after an abort, no program is started', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'started')
    const code = `fs.writeFileSync(${JSON.stringify(file)}, '')`
    expect(() => node(code, AbortSignal.abort('too late'))).toThrow('too late')
    expect(existsSync(file)).toBe(false)
  })
})

test('a folder is gone after its use, also after an error', async () => {
  let used = ''
  const failing = inFolder(async (folder) => {
    used = folder
    throw new Error(`not used: ${existsSync(folder)}`)
  })
  await expect(failing).rejects.toThrow('not used: true')
  expect(existsSync(used)).toBe(false)
})
