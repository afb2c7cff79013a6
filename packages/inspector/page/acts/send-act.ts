import type { ActDone, AnswerRequest, CancelRequest, InspectorAct } from '../../src/protocol.ts'
import { problemOf, runPath, send } from '../state/requests.ts'

/** Does something to a run. Returns what went wrong, or an empty text. */
export async function sendAct(run: string, act: InspectorAct, body: AnswerRequest | CancelRequest): Promise<string> {
  try {
    const { done } = await send<ActDone>(runPath(run, `/${act}`), body)
    return done ? '' : 'The run had ended before.'
  } catch (error) {
    return problemOf(error)
  }
}
