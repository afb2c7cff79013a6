import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, toolFailure, ToolRegistry, type ToolContext } from '@stageflow/tools'
import { z } from 'zod'

export interface Train {
  readonly train: string
  readonly to: string
  readonly departs: string
  readonly euros: number
  readonly free: number
}

/** What the tools may use. The app passes it in, so that a test can pass something else. */
export interface ToolPorts {
  readonly trains: readonly Train[]
}

type Context = ToolContext<ToolPorts>

const findTrains = defineTool({
  name: 'find_trains',
  description: 'Finds today’s trains to a city, with their prices in euros and the number of free seats.',
  input: z.object({ to: z.string() }),
  timeoutMs: 2_000,
  execute: ({ to }, { ports }: Context) => {
    const found = ports.trains.filter((train) => train.to.toLowerCase() === to.toLowerCase())
    return found.length > 0 ? found : toolFailure(`No train goes to ${to} today.`)
  },
})

const bookSeats = defineTool({
  name: 'book_seats',
  description: 'Books seats of a train. Returns the booking and its price.',
  input: z.object({ train: z.string(), seats: z.number().int().min(1) }),
  output: z.object({ booking: z.string(), euros: z.number() }),
  timeoutMs: 2_000,
  execute: ({ train, seats }, { ports }: Context) => {
    const found = ports.trains.find((one) => one.train === train)
    if (found === undefined || found.free < seats) return toolFailure(`${train} has no ${seats} seats.`)
    return { booking: `${train.replace(' ', '')}-${seats}`, euros: found.euros * seats }
  },
})

/** The model proposes calls; this decides which of them are made, and makes them. */
export const executor = new ToolExecutor({
  approve: ({ name, input }) => {
    const { seats = 0 } = input as { readonly seats?: number }
    return name === 'book_seats' && seats > 5
      ? { approved: false, reason: 'more than 5 seats need a person' }
      : { approved: true }
  },
})

export const registry = new ToolRegistry<ToolPorts>({ tools: [findTrains, bookSeats], maxCalls: 8 })
