import type { JSX } from 'preact'

/** Why an act was not done. Nothing while the text is empty. */
export function Problem({ text }: { readonly text: string }): JSX.Element | null {
  if (text === '') return null
  return (
    <p class="box tone-fail" role="alert">
      {text}
    </p>
  )
}
