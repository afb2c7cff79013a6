import { effect, signal } from '@preact/signals'

const DARK = matchMedia('(prefers-color-scheme: dark)')

/** Dark or light; at first, as the system is. */
const theme = signal<'dark' | 'light'>(DARK.matches ? 'dark' : 'light')

export function switchTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
}

/** Applies the theme, and follows the system. */
export function keepTheme(): void {
  DARK.addEventListener('change', ({ matches }) => (theme.value = matches ? 'dark' : 'light'))
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
}
