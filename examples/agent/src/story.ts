import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { colored, isColored } from './colors.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

interface Told {
  readonly title: string
  readonly args: readonly string[]
  /** What a person types at the first question. */
  readonly types?: string
  /** Kills it with SIGKILL when it prints this. */
  readonly killAt?: RegExp
}

/** One run in three processes, of which two are killed with SIGKILL, and a fourth that undoes it. Resolves with the exit code. */
export async function playStory(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'stageflow-agent-'))
  const env = { ...process.env, ...(isColored() ? { FORCE_COLOR: '1' } : {}) }
  const open: ChildProcess[] = []
  process.once('exit', () => open.forEach((child) => child.kill('SIGKILL')))
  let processes = 0

  async function play({ title, args, types, killAt }: Told): Promise<void> {
    const number = ++processes
    console.log(colored('bold', `process ${number}: ${title}`))
    const child = spawn(process.execPath, [MAIN, ...args, '--data', data], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    open.push(child)
    if (types !== undefined) child.stdin.write(`${types}\n`)
    let printed = ''
    let isKilled = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (isKilled) return
      printed += text
      process.stdout.write(text)
      if (killAt?.test(printed) !== true) return
      isKilled = child.kill('SIGKILL')
      console.log(colored('red', `\n  process ${number} is killed with SIGKILL`))
    })
    await new Promise<void>((resolve, reject) =>
      child.once('close', (code) => {
        if (isKilled || (code === 0 && killAt === undefined)) resolve()
        else reject(new Error(`Process ${number} ended with ${code}.`))
      }),
    )
  }

  console.log('An agent answers a ticket in three processes, two of them killed. A fourth takes it all back.\n')
  try {
    await play({ title: 'a run begins', args: ['--run', 'monday'], killAt: /I write to/ })
    await play({
      title: 'the same run goes on, and the first question is answered',
      args: ['--run', 'monday'],
      types: 'yes',
      killAt: /close_ticket 1: .*\n[^]*Shall it\?/,
    })
    await play({ title: 'it goes on with the question that was open', args: ['--run', 'monday', '--yes'] })
    await play({ title: 'and all of it is taken back', args: ['--undo', 'monday'] })
    return 0
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}
