import { signal } from '@preact/signals'

/** What the page shows. It is in the fragment of the URL, so that links, the back button and a reload work. */
export interface Address {
  readonly run?: string | undefined
  readonly stage?: string | undefined
  /** The percentiles of this pipeline are shown. */
  readonly pipeline?: string | undefined
  /** The run that `run` is compared with. */
  readonly with?: string | undefined
}

export const address = signal<Address>(readAddress())

/** The link to something that the page can show. */
export function linkTo(to: Address): string {
  const fields = Object.entries(to).filter((field): field is [string, string] => field[1] !== undefined)
  // With a slash, it isn't taken for the id of an element on this page.
  return `#/${new URLSearchParams(fields).toString()}`
}

/** The fields in the fragment of the URL. */
export function fieldsInUrl(): URLSearchParams {
  return new URLSearchParams(location.hash.replace(/^#\/?/, ''))
}

export function goTo(to: Address): void {
  address.value = to
  if (location.hash !== linkTo(to)) location.hash = linkTo(to)
}

/** Shows something else without a new entry in the history. */
export function replaceWith(to: Address): void {
  address.value = to
  location.replace(linkTo(to))
}

/** Follows links and the back button. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    const next = readAddress()
    if (linkTo(next) !== linkTo(address.value)) address.value = next
  })
}

function readAddress(): Address {
  const fields = fieldsInUrl()
  const field = (name: string) => fields.get(name) ?? undefined
  return { run: field('run'), stage: field('stage'), pipeline: field('pipeline'), with: field('with') }
}
