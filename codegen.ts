import type { CodegenConfig } from '@graphql-codegen/cli'

const scalars = {
  DateTime: 'string',
  BigInt: 'number',
  JSONObject: 'Record<string, unknown>',
  EventType: 'string',
  EventCursor: 'string',
}
const shared = {
  useTypeImports: true,
  enumsAsTypes: true,
  importExtension: '.ts',
  scalars,
} as const

// Typed documents from the printed schema: reading the live one would load a second copy of graphql.
const config: CodegenConfig = {
  schema: 'schema.graphql',
  ignoreNoDocuments: true,
  generates: {
    // For the tests, the demo and the benches.
    'src/generated/client/': {
      documents: ['test/**/*.ts', 'scripts/**/*.ts'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, strictScalars: true },
    },
    // For the dashboard, whose build puts each document where it is used.
    'src/generated/dashboard/': {
      documents: ['src/dashboard/**/*.{ts,tsx}'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, strictScalars: true, documentMode: 'string' },
    },
  },
}

export default config
