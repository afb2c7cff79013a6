import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A process that a test kills and starts again. It ends when its standard input does, so also when the test is killed. */
export class Worker {
  readonly #program: string
  readonly #args: readonly string[]
  #child: ChildProcess | undefined

  constructor(program: URL, args: readonly string[]) {
    this.#program = program.pathname
    this.#args = args
  }

  /** Resolves once it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, ...this.#args], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child = child
    let said = ''
    const listen = (bytes: Buffer): void => void (said += bytes.toString())
    child.stderr.on('data', listen)
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => {
        child.stderr.off('data', listen).pipe(process.stderr)
        resolve()
      })
      // After its standard error has ended too.
      child.once('close', (exit, signal) =>
        reject(new Error(`The worker ended with ${exit ?? signal} before it was ready:\n${said}`)),
      )
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

/** A server on this machine: its port, or the path of its socket. */
export type Target = number | string

/** A TCP proxy with a stable address in front of one or more servers. A connection goes to the first one that accepts it. */
export class Proxy {
  readonly #sockets = new Set<Socket>()
  readonly #targets: () => readonly Target[]
  readonly #server = createServer((near) => this.#accept(near))
  url = ''

  /** `targets`: those of today, asked for each connection. */
  constructor(targets: () => readonly Target[]) {
    this.#targets = targets
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #accept(near: Socket): void {
    this.#sockets.add(near)
    near.on('error', () => {})
    near.once('close', () => this.#sockets.delete(near))
    this.#connect(near, [...this.#targets()])
  }
  #connect(near: Socket, [target, ...others]: Target[]): void {
    if (target === undefined) return void near.destroy()
    const far = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
    far.once('connect', () => {
      near.pipe(far).pipe(near)
      far.once('close', () => near.destroy())
      near.once('close', () => far.destroy())
    })
    far.once('error', () => {
      if (far.connecting || far.bytesRead + far.bytesWritten === 0) this.#connect(near, others)
      else near.destroy()
    })
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
