import type { RestateAdmin } from './restate-server.ts'

interface Row {
  readonly id: string
  readonly key: string
  readonly entry_type: string
  readonly name: string
  readonly entry_lite_json: string
}

/** The calls that have settled in the journals of all runs, as `run key`. Other steps have names with a space. */
export async function settledCalls({ query }: RestateAdmin): Promise<ReadonlySet<string>> {
  const rows = await query<Row>(
    `select j.id, i.target_service_key as key, j.entry_type, j.name, j.entry_lite_json
     from sys_journal j join sys_invocation i on i.id = j.id
     where i.target_handler_name = 'run' and j.entry_type in ('Command: Run', 'Command: Call', 'Notification: Run', 'Notification: Call')
     order by j.id, j.index`,
  )
  const names = new Map<string, string>()
  const settled = new Set<string>()
  for (const { id, key, entry_type: type, name, entry_lite_json: json } of rows) {
    const entry = JSON.parse(json) as {
      readonly Command?: Readonly<
        Record<string, { readonly completion_id?: number; readonly result_completion_id?: number }>
      >
      readonly Notification?: { readonly id: { readonly CompletionId?: number } }
    }
    if (type.startsWith('Command')) {
      const [command] = Object.values(entry.Command ?? {})
      names.set(`${id} ${command?.completion_id ?? command?.result_completion_id}`, name)
      continue
    }
    const found = names.get(`${id} ${entry.Notification?.id.CompletionId}`)
    if (found !== undefined && !found.includes(' ')) settled.add(`${key} ${found}`)
  }
  return settled
}
