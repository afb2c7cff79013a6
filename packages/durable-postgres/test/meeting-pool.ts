import type { Pool } from 'pg'

import type { JournalPool } from '../src/index.ts'

export interface Meeting {
  /** The message that something comes before or after. */
  readonly message: RegExp
  readonly before?: () => Promise<unknown>
  readonly after?: () => Promise<unknown>
}

/** A pool on whose connections something happens, once, before or after a message. */
export function meetingPool(pool: Pool): { readonly pool: JournalPool; meet(next: Meeting): void } {
  let meeting: Meeting | undefined
  const connectOne = async () => {
    const client = await pool.connect()
    const query = client.query.bind(client) as (statement: string) => Promise<unknown>
    return {
      query: async (statement: string) => {
        if (meeting?.message.test(statement) !== true) return query(statement)
        const { before, after } = meeting
        meeting = undefined
        await before?.()
        const answer = await query(statement)
        await after?.()
        return answer
      },
      on: client.on.bind(client),
      off: client.off.bind(client),
      release: client.release.bind(client),
    } as never
  }
  return { pool: { options: { max: 4 }, connect: connectOne }, meet: (next) => void (meeting = next) }
}
