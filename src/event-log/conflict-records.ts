import { builder } from '../graphql/builder.ts'
import { ConflictError } from '../graphql/commands/user-errors.ts'
import { loadRecord } from './load-records.ts'

/** So many are loaded; `ids` names all. */
const LOADED = 20

builder.objectField(ConflictError, 'records', (t) =>
  t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      'The records in the way, the first 20 of ids, as they are now; null for one that is gone or has no type of its own.',
    complexity: { field: 1, multiplier: LOADED },
    resolve: (error, _args, context, info) => {
      const ids = error.detail.code === 'CONFLICT' ? error.detail.ids : []
      return Promise.all(ids.slice(0, LOADED).map((id) => loadRecord(context, info, id)))
    },
  }),
)
