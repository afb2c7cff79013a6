import type { ComponentChildren, JSX } from 'preact'

interface SectionProps {
  readonly title: string
  readonly children: ComponentChildren
}

export function Section({ title, children }: SectionProps): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** A value as JSON. A text is shown as it is. */
export function Json({ value }: { readonly value: unknown }): JSX.Element {
  // A region that scrolls must be in reach of the keyboard.
  return <pre tabIndex={0}>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
}
