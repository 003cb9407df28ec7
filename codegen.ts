import type { CodegenConfig } from '@graphql-codegen/cli'

// Typed documents for the tests, the demo and the benches, from the printed schema: reading the live
// one would load a second copy of graphql.
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['test/**/*.ts', 'scripts/**/*.ts'],
  ignoreNoDocuments: true,
  generates: {
    'src/generated/client/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        importExtension: '.ts',
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          BigInt: 'number',
          JSONObject: 'Record<string, unknown>',
          EventType: 'string',
          EventCursor: 'string',
        },
      },
    },
  },
}

export default config
