import { readFile } from 'node:fs/promises'
import { type ParameterSchema, withoutNestedWrites } from './slim-parameters.ts'

interface ClientConfig {
  parameterizationSchema: ParameterSchema
  compilerWasm: { getQueryCompilerWasmModule: () => Promise<unknown> }
}

/**
 * Prisma's own configuration of the client, made to take less memory; the client works the same
 * without. It is given through an option that Prisma keeps to itself, so every part falls back to
 * the original when that has another form.
 */
export function slimConfig<T extends ClientConfig>(config: T): T {
  const { compilerWasm } = config
  return {
    ...config,
    parameterizationSchema: slimOrSame(config.parameterizationSchema),
    compilerWasm: {
      ...compilerWasm,
      getQueryCompilerWasmModule: () =>
        readCompiler().catch(() => compilerWasm.getQueryCompilerWasmModule()),
    },
  }
}

function slimOrSame(schema: ParameterSchema): ParameterSchema {
  try {
    return withoutNestedWrites(schema)
  } catch {
    return schema
  }
}

const COMPILER = '@prisma/client/runtime/query_compiler_small_bg.postgresql.wasm-base64.mjs'

/**
 * The query compiler, read from the text of the module it comes in: importing that would keep the
 * text and its 2 MB of base64 for as long as the process runs.
 */
async function readCompiler(): Promise<WebAssembly.Module> {
  const text = await readFile(new URL(import.meta.resolve(COMPILER)), 'latin1')
  const base64 = /"([A-Za-z0-9+/=]{100000,})"/.exec(text)?.[1]
  if (base64 === undefined) throw new Error('The query compiler comes in another form')
  return WebAssembly.compile(Buffer.from(base64, 'base64'))
}
