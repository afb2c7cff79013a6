import type { Ending } from './work.ts'

/** How a call that waited ends; undefined: it asks for itself. A function, because each call gets its own copy of the result. */
export type Landed<Result, Failure> = (() => Ending<Result, Failure>) | undefined

/** How the call that leads a flight ends, and what then answers the calls that wait for it: they end after it. */
export interface Arrival<Result, Failure> {
  readonly ending: Ending<Result, Failure>
  readonly answer: () => void
}

/** What one call of this process does for all calls that come with the same key meanwhile. */
export interface Flight<Result, Failure> {
  readonly parameters: string
  /** Whether the store knows the work by these parameters. Until then it may know other ones. */
  isBound: boolean
  readonly landed: Promise<Landed<Result, Failure>>
  /** Answers the calls that wait, and those that come until the flight lands. */
  share(landed: Landed<Result, Failure>): void
  /** Answers the calls that wait, if nothing has answered them. Later calls ask for themselves. */
  land(landed: Landed<Result, Failure>): void
}

/** The flights of this process by key. */
export type Flights<Result, Failure> = Map<string, Flight<Result, Failure>>

export function startFlight<Result, Failure>(
  flights: Flights<Result, Failure>,
  key: string,
  parameters: string,
): Flight<Result, Failure> {
  const { promise, resolve } = Promise.withResolvers<Landed<Result, Failure>>()
  const flight: Flight<Result, Failure> = {
    parameters,
    isBound: false,
    landed: promise,
    share: resolve,
    land(landed) {
      if (flights.get(key) === flight) flights.delete(key)
      resolve(landed)
    },
  }
  flights.set(key, flight)
  return flight
}
