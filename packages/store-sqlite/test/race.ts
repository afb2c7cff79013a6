import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How a process ended: what it printed after it was ready, and the signal that killed it. */
export interface SideEnd {
  readonly answer: unknown
  readonly signal: NodeJS.Signals | null
}

/**
 * Starts a process of this script for each task, and lets them go at once when all have printed a line. Fails if one ends with an exit
 * code other than 0.
 */
export async function race(script: string, tasks: readonly unknown[]): Promise<readonly SideEnd[]> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const children = tasks.map((task) => {
    const child = spawn(process.execPath, [path, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe'] })
    const lines: unknown[] = []
    let errors = ''
    child.stderr.on('data', (text: Buffer) => (errors += String(text)))
    const output = createInterface({ input: child.stdout })
    output.on('line', (line) => lines.push(JSON.parse(line)))
    const ready = Promise.race([once(output, 'line'), once(child, 'close')])
    return { child, lines, ready, ended: once(child, 'close'), errors: () => errors }
  })
  try {
    await Promise.all(children.map(({ ready }) => ready))
    for (const { child } of children) child.stdin.write('go\n')
    await Promise.all(children.map(({ ended }) => ended))
    return children.map(({ child, lines, errors }) => {
      const { exitCode, signalCode: signal } = child
      if (exitCode !== 0 && signal !== 'SIGKILL') throw new Error(`the process ended with ${exitCode}: ${errors()}`)
      return { answer: lines[1], signal }
    })
  } finally {
    for (const { child } of children) child.kill('SIGKILL')
  }
}

/** In such a process: says that it is ready, and resolves when it may go. */
export async function untilGo(): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  process.stdout.write('"ready"\n')
  await once(lines, 'line')
  lines.close()
}
