/**
 * What Prisma's client knows of the arguments of every operation, so that it can take the values out
 * of a query and reuse its plan.
 */
export interface ParameterSchema {
  strings: string[]
  /** Graph of input and output types, packed as in `@prisma/param-graph`. */
  graph: string
}

/** Writes through a relation, which this project does not use: tenants could be crossed. */
const NESTED_WRITES = new Set([
  'create',
  'connect',
  'connectOrCreate',
  'createMany',
  'disconnect',
  'upsert',
  'update',
  'updateMany',
  'delete',
  'deleteMany',
])

/**
 * The schema without the types that only writes through relations lead to. The client unpacks the
 * graph into objects at start; with some fifty models nearly all of them belong to nested writes.
 * What is left out is only ever compiled without the help of a stored plan, so nothing can go wrong.
 */
export function withoutNestedWrites(schema: ParameterSchema): ParameterSchema {
  const graph = read(Buffer.from(schema.graph, 'base64url'))
  const arguments_ = new Set(graph.roots.map((root) => root.input))
  for (const output of graph.outputs) for (const edge of output) arguments_.add(edge.input)
  for (const [index, node] of graph.inputs.entries()) {
    // The arguments of an upsert have these names too.
    if (arguments_.has(index + 1)) continue
    graph.inputs[index] = node.filter(
      (edge) => !NESTED_WRITES.has(schema.strings[edge.field] ?? ''),
    )
  }
  const reached = new Set<number>()
  const open = [...arguments_]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === 0 || reached.has(id)) continue
    reached.add(id)
    for (const edge of graph.inputs[id - 1] ?? []) open.push(edge.child)
  }
  const isEmpty = ({ scalars, child, enumeration }: InputEdge) =>
    scalars === 0 && enumeration === 0 && child !== 0 && graph.inputs[child - 1]?.length === 0
  const inputs = graph.inputs.map((node, index) =>
    reached.has(index + 1) ? node.filter((edge) => !isEmpty(edge)) : [],
  )
  return { strings: schema.strings, graph: write({ ...graph, inputs }).toString('base64url') }
}

/** Ids of nodes count from 1; 0 is none. */
interface InputEdge {
  field: number
  scalars: number
  child: number
  enumeration: number
  flags: number
}

interface OutputEdge {
  field: number
  input: number
  output: number
}

interface Graph {
  inputs: InputEdge[][]
  outputs: OutputEdge[][]
  roots: OutputEdge[]
}

function read(bytes: Buffer): Graph {
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++)
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const list = <T>(count: number, item: () => T) => Array.from({ length: count }, item)
  const outputEdge = (): OutputEdge => ({ field: varint(), input: varint(), output: varint() })
  const [inputCount, outputCount, rootCount] = [varint(), varint(), varint()]
  const inputs = list(inputCount, () =>
    list(varint(), (): InputEdge => {
      const field = varint()
      const scalars = bytes.readUInt16LE(at)
      at += 2
      const [child, enumeration] = [varint(), varint()]
      return { field, scalars, child, enumeration, flags: bytes.readUInt8(at++) }
    }),
  )
  const outputs = list(outputCount, () => list(varint(), outputEdge))
  const roots = list(rootCount, outputEdge)
  if (at !== bytes.length) throw new Error('The graph of parameters has another form')
  return { inputs, outputs, roots }
}

function write({ inputs, outputs, roots }: Graph): Buffer {
  const bytes: number[] = []
  const varint = (value: number) => {
    let rest = value
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
    bytes.push(rest)
  }
  const outputEdge = ({ field, input, output }: OutputEdge) => {
    for (const value of [field, input, output]) varint(value)
  }
  for (const nodes of [inputs, outputs, roots]) varint(nodes.length)
  for (const node of inputs) {
    varint(node.length)
    for (const { field, scalars, child, enumeration, flags } of node) {
      varint(field)
      bytes.push(scalars & 255, scalars >>> 8)
      varint(child)
      varint(enumeration)
      bytes.push(flags)
    }
  }
  for (const node of outputs) {
    varint(node.length)
    for (const edge of node) outputEdge(edge)
  }
  for (const root of roots) outputEdge(root)
  return Buffer.from(bytes)
}
