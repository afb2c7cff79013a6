import { isStageEvent, type EventSink, type StageflowEvent } from '@stageflow/core'
import { plainLine } from '@stageflow/core/kit'
import { colored } from './colors.ts'

/** Prints the words of the model as they come, and a line for each call. */
export function printingSink(): EventSink {
  let isInLine = false
  function line(color: Parameters<typeof colored>[0], sign: string, name: string, what: unknown): void {
    const text = shortened(plainLine(typeof what === 'string' ? what : JSON.stringify(what)))
    console.log(`${isInLine ? '\n' : ''}  ${colored(color, sign)} ${name} ${colored('dim', text)}`)
    isInLine = false
  }
  function show(event: StageflowEvent): void {
    if (isStageEvent(event, 'chunk') && event.stage === 'ask') {
      const { text } = event.data.chunk as { readonly text: string }
      process.stdout.write(printable(text))
      isInLine = true
    } else if (isStageEvent(event, 'completed') && event.stage === 'ask' && isInLine) {
      console.log()
      isInLine = false
    } else if (event.type === 'tool.invoked') line('cyan', '→', event.data.toolName, event.data.payloadSummary)
    else if (event.type === 'tool.completed') line('green', '✓', event.data.toolName, event.data.outputSummary)
    else if (event.type === 'tool.failed') line('red', '✗', event.data.toolName, event.data.errorMessage)
    else if (event.type === 'tool.denied') line('yellow', '⊘', event.data.toolName, event.data.message)
    else if (event.type === 'tool.unresolved') line('magenta', '?', event.data.toolName ?? '', event.data.message)
  }
  return { emit: show, tryEmit: (event) => (show(event), true) }
}

const MOST_CHARACTERS = 160
const shortened = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text

/** Shows ESC as ␛, so that no text of a model can command the terminal. */
export const printable = (text: string): string =>
  text
    .replace(/[\0-\x08\x0b-\x1f]/g, (control) => String.fromCharCode(0x24_00 + control.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
