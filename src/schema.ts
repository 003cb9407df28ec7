import './graphql/scalars.ts'
import './graphql/user-errors.ts'
import { builder } from './graphql/builder.ts'

export const schema = builder.toSchema()
