import { randomUUID } from 'node:crypto'
import { keysOf } from '../src/secret.ts'
import { sealed } from '../src/sent-request.ts'
import type { ClientRequest, SentRequest } from '../src/sent-request.ts'
import { restate, secret } from './restate.ts'

export type Signed = Extract<SentRequest, { readonly signed: string }>

const keys = keysOf('the test', secret, undefined)

/** A request as a client with the secret signs it. */
export const signed = (about: Pick<ClientRequest, 'workflow' | 'runId' | 'action'> & Partial<ClientRequest>): Signed =>
  sealed(keys, { at: Date.now(), id: randomUUID(), isAdmitted: true, body: {}, ...about }) as Signed

/** Posts to the ingress, as anyone can who reaches it. */
export async function post(
  path: string,
  sent?: unknown,
): Promise<{ readonly status: number; readonly message?: string; readonly value: unknown }> {
  const headers = { 'content-type': 'application/json' }
  const body = sent === undefined ? undefined : { headers, body: JSON.stringify(sent) }
  const response = await fetch(restate.url + path, { method: 'POST', ...body })
  const value: unknown = JSON.parse((await response.text()) || 'null')
  return { ...(value as { readonly message?: string }), status: response.status, value }
}
