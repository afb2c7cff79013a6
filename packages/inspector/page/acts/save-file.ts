import { accessHeaders } from '../state/key.ts'
import { problemOf, refusalOf } from '../state/requests.ts'

/** Saves a run as one HTML file. A plain link can't, because it sends no key. Returns what went wrong, or an empty text. */
export async function saveFile(run: string, pipeline: string): Promise<string> {
  try {
    const response = await fetch(`runs/${encodeURIComponent(run)}.html`, { headers: accessHeaders() })
    if (!response.ok) return (await refusalOf(response)).message
    const url = URL.createObjectURL(await response.blob())
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = `${pipeline}-${run}.html`.replaceAll(/[^\w.-]+/g, '-')
    anchor.click()
    URL.revokeObjectURL(url)
    return ''
  } catch (error) {
    return problemOf(error)
  }
}
