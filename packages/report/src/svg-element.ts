/** Markup of SVG. Text gets in only through `text`, `escaped` and the values of attributes. */
export type Markup = string

export type Attributes = Readonly<Record<string, string | number | undefined>>

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** What XML forbids and `plainLine` leaves. */
const FORBIDDEN = /[\ufffe\uffff]/g

export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`,
  )
  const open = `<${name}${written.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

export function text(content: string, attributes: Attributes): Markup {
  return element('text', attributes, escaped(content))
}

export function escaped(content: string): Markup {
  return content.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] as string).replaceAll(FORBIDDEN, '\ufffd')
}

/** Hundredths of a pixel: more digits are noise, and would differ from report to report. */
function rounded(value: number): string {
  return String(Math.round(value * 100) / 100)
}
