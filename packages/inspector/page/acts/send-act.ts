import type { ActDone, CancelRequest } from '../../src/protocol.ts'
import { runPath, send } from '../state/requests.ts'

/** Cancels a run, or lets it run again. Returns what went wrong, or an empty text. */
export async function sendAct(run: string, act: 'cancel' | 'retry', body: CancelRequest): Promise<string> {
  try {
    const { done } = await send<ActDone>(runPath(run, `/${act}`), body)
    return done ? '' : 'The run had ended before.'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
