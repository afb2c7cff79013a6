import { createInterface, type Interface } from 'node:readline'
import type { CallApproval, CallQuestion } from '@stageflow/agent'
import { colored } from './colors.ts'
import type { Drafts } from './drafts.ts'
import { printable } from './print-events.ts'

/** The person at the terminal. */
export interface Person {
  /**
   * Shows what a call will do, and asks whether it shall. Undefined: standard input has ended, so the question stays open. Rejects when the
   * signal aborts.
   */
  ask(question: CallQuestion, drafts: Drafts, signal: AbortSignal): Promise<CallApproval | undefined>
  close(): void
}

export function openPerson(): Person {
  let terminal: Interface | undefined
  let lines: AsyncIterator<string> | undefined
  return {
    async ask(question, drafts, signal) {
      await showCall(question, drafts)
      if (terminal === undefined || lines === undefined) {
        // One for all questions: it may have read the answers of several.
        terminal = createInterface({ input: process.stdin, output: process.stdout })
        terminal.on('SIGINT', () => process.emit('SIGINT'))
        lines = terminal[Symbol.asyncIterator]()
      }
      process.stdout.write(colored('bold', '  Shall it? yes, no, or say why not: '))
      const { value: line } = await Promise.race([lines.next(), aborted(signal)])
      if (!process.stdin.isTTY) console.log(line ?? '') // a terminal has shown what was typed
      return line === undefined ? undefined : approvalIn(line.trim())
    },
    close: () => terminal?.close(),
  }
}

function approvalIn(answer: string): CallApproval {
  if (/^y(es)?$/i.test(answer)) return true
  return /^(no?)?$/i.test(answer) ? false : { approved: false, reason: answer }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** A draft as the lines that go and come; any other call with its arguments. */
async function showCall({ tool, input }: CallQuestion, drafts: Drafts): Promise<void> {
  const { file, text, ticket } = input as { readonly file: string; readonly text?: string; readonly ticket?: number }
  const former = await drafts.read(file)
  if (text === undefined) {
    console.log(`\n  ${colored(['bold', 'yellow'], tool)} ${ticket}: its customer gets ${file}`)
    return showLines('dim', '│', former ?? '(there is no such draft)')
  }
  console.log(
    `\n  ${colored(['bold', 'yellow'], tool)} ${file}${former === undefined ? '' : ', which is there already'}`,
  )
  if (former !== undefined) showLines('red', '-', former)
  showLines('green', '+', text)
}

function showLines(color: 'dim' | 'red' | 'green', sign: string, text: string): void {
  for (const line of printable(text).trimEnd().split('\n')) console.log(`    ${colored(color, `${sign} ${line}`)}`)
}
