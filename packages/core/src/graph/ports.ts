import { EMPTY, isPlain } from '../base/objects.ts'
import { classesOf, membersOf } from '../base/options.ts'

type Ports = Readonly<Record<string, unknown>>

/**
 * The ports of a build with those of a run, which come first. An instance of a class, such as a container, stays as it is: its getters
 * make a port when a stage reads it, and its methods keep their `this`.
 */
export function joinPorts(ofBuild: object = EMPTY, ofRun: object = EMPTY): Ports {
  if (ofRun === EMPTY) return ofBuild as Ports
  if (isPlain(ofBuild) && isPlain(ofRun)) return Object.freeze({ ...ofBuild, ...ofRun })
  if (ofBuild === EMPTY) return ofRun as Ports
  const joined = {}
  for (const ports of [ofBuild, ofRun]) {
    for (const name of memberNames(ports)) {
      const get = (): unknown => portOf(ports, name)
      Object.defineProperty(joined, name, { get, enumerable: true, configurable: true })
    }
  }
  return Object.freeze(joined)
}

/** The names of everything that an object and its classes have. */
const memberNames = (ports: object): ReadonlySet<string> =>
  new Set(membersOf([ports, ...classesOf(ports)]).flatMap(([name]) => (name === 'constructor' ? [] : [name])))

/** One port. A method of a class is bound, because it is called on the joined ports. */
function portOf(ports: object, name: string): unknown {
  const port = (ports as Ports)[name]
  return typeof port === 'function' && !Object.hasOwn(ports, name) ? (port.bind(ports) as unknown) : port
}
