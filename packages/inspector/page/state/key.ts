import { fieldsInUrl } from './address.ts'

const STORED_AS = 'stageflow-key'

/**
 * Takes the key out of the fragment of the URL and keeps it for this tab. It must not stay in the address bar, and a cookie would be sent
 * to every other server on this host.
 */
export function takeKey(): void {
  const fields = fieldsInUrl()
  const key = fields.get('key')
  if (key === null) return
  sessionStorage.setItem(STORED_AS, key)
  fields.delete('key')
  location.replace(`#/${fields.toString()}`)
}

/** The headers that let this page read. An app that mounts the page has its own way, such as a session. */
export function accessHeaders(): Readonly<Record<string, string>> {
  const key = sessionStorage.getItem(STORED_AS)
  return key === null ? {} : { authorization: `Bearer ${key}` }
}
