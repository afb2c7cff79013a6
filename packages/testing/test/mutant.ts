/** A broken variant of what a contract tests. `does`: what it does wrong. */
export type Mutant<Subject = unknown> = Subject & { readonly name: string; readonly does: string } & (
    | {
        /** The case that fails first, so what the contract says first. */
        readonly caughtBy: string
        /** The cases that fail after it. Default: none. */
        readonly alsoCaughtBy?: readonly string[]
        readonly notOurs?: undefined
      }
    | {
        /** Why no case fails. */
        readonly notOurs: string
        readonly caughtBy?: undefined
        readonly alsoCaughtBy?: undefined
      }
  )
