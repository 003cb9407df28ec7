type Json = Record<string, unknown>

/**
 * What of a document a client may rely on that another one no longer says: operations, parameters and
 * answers that are gone or mean something else, and what is asked for that was not before.
 */
export function findBreaks(before: Json, after: Json): string[] {
  const breaks: string[] = []
  const seen = new Set<string>()

  // What a part of a path is called means nothing to who fills it in.
  const addresses = new Map(
    entries(after['paths']).map(([path, methods]) => [path.replaceAll(/\{\w+\}/g, '{}'), methods]),
  )
  for (const [path, methods] of entries(before['paths'])) {
    for (const [method, operation] of entries(methods)) {
      const now = at(addresses.get(path.replaceAll(/\{\w+\}/g, '{}')), method)
      const name = `${method.toUpperCase()} ${path}`
      if (now === undefined) breaks.push(`${name} is gone`)
      else compareOperation(operation, now, name)
    }
  }
  return breaks

  function compareOperation(old: unknown, now: unknown, name: string): void {
    const parameters = new Map(parametersOf(now, after).map((each) => [keyOf(each), each]))
    for (const parameter of parametersOf(old, before)) {
      const kept = parameters.get(keyOf(parameter))
      if (kept === undefined) breaks.push(`${name}: parameter ${keyOf(parameter)} is gone`)
      else
        compare(at(parameter, 'schema'), at(kept, 'schema'), `${name} ${keyOf(parameter)}`, 'sent')
      parameters.delete(keyOf(parameter))
    }
    for (const [key, fresh] of parameters) {
      if (at(fresh, 'required') === true) breaks.push(`${name}: parameter ${key} is required now`)
    }
    const body = ['requestBody', 'content', 'application/json', 'schema']
    compare(at(old, ...body), at(now, ...body), `${name} body`, 'sent')
    for (const [status, response] of entries(at(old, 'responses'))) {
      const kept = at(now, 'responses', status)
      if (kept === undefined) breaks.push(`${name}: status ${status} is gone`)
      else {
        const content = ['content', 'application/json', 'schema']
        compare(at(response, ...content), at(kept, ...content), `${name} ${status}`, 'answered')
      }
    }
  }

  /** @param way whether clients send what the schema describes, or read it */
  function compare(old: unknown, now: unknown, name: string, way: 'sent' | 'answered'): void {
    if (old === undefined) return
    if (now === undefined) {
      breaks.push(`${name} is gone`)
      return
    }
    const pair = `${way} ${String(at(old, '$ref'))} ${String(at(now, '$ref'))}`
    if (at(old, '$ref') !== undefined) {
      if (seen.has(pair)) return
      seen.add(pair)
    }
    const [was, is] = [resolve(old, before), resolve(now, after)]
    compareTypes(was, is, name, way)
    const properties = new Map(entries(at(is, 'properties')))
    for (const [key, property] of entries(at(was, 'properties'))) {
      compare(property, properties.get(key), `${name}.${key}`, way)
    }
    const [needed, need] = [new Set(texts(was, 'required')), new Set(texts(is, 'required'))]
    const lost =
      way === 'sent'
        ? [...need].filter((key) => !needed.has(key))
        : [...needed].filter((key) => !need.has(key))
    for (const key of lost) {
      breaks.push(`${name}.${key} is ${way === 'sent' ? 'required now' : 'no longer always there'}`)
    }
    compare(at(was, 'items'), at(is, 'items'), `${name}[]`, way)
    for (const [index, part] of [at(was, 'allOf') ?? []].flat().entries()) {
      compare(part, [at(is, 'allOf') ?? is].flat()[index], name, way)
    }
  }

  function compareTypes(was: unknown, is: unknown, name: string, way: 'sent' | 'answered'): void {
    for (const key of ['type', 'enum']) {
      const [old, now] = [texts(was, key), texts(is, key)]
      if (old.length === 0) continue
      // More may be taken, and less may be answered; further statuses are no break: branch on those you know.
      const lost = way === 'sent' || key === 'enum' ? old.filter((each) => !now.includes(each)) : []
      const fresh =
        way === 'answered' && key === 'type' ? now.filter((each) => !old.includes(each)) : []
      for (const each of [...lost, ...fresh]) breaks.push(`${name}: ${key} ${each} changed`)
    }
  }
}

function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((found, key) => Reflect.get(Object(found), key), value)
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(Object(value))
}

function texts(value: unknown, key: string): string[] {
  const found = at(value, key)
  return found === undefined ? [] : [found].flat().map(String)
}

function parametersOf(operation: unknown, document: Json): unknown[] {
  const all = [at(operation, 'parameters') ?? []].flat().map((each) => resolve(each, document))
  return all.filter((each) => at(each, 'in') !== 'path')
}

function resolve(value: unknown, document: Json): unknown {
  const reference = at(value, '$ref')
  if (typeof reference !== 'string') return value
  return at(document, ...reference.replace('#/', '').split('/'))
}

const keyOf = (parameter: unknown) =>
  `${String(at(parameter, 'in'))} ${String(at(parameter, 'name'))}`
