/** One line of the table: an address and the operation of GraphQL that answers it. */
export interface Row {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /**
   * Below `/api/v2/organizations/{orgId}`. What stands in braces goes to the argument, or the field of
   * the input, of the same name, or to `id` where there is none.
   */
  path: string
  /** The field of Query or Mutation; after a dot, the list below the record that it finds. */
  field: string
  /** Of `node`, the type that is meant. */
  type?: string
  /** Names in the body or the query string, where GraphQL calls them otherwise. */
  shownAs?: Readonly<Record<string, string>>
  /** A body that works, for the document; ids in it stand for records that are there. */
  example?: Readonly<Record<string, unknown>>
  /** Parameters that work, likewise. */
  query?: Readonly<Record<string, string>>
}

type More = Omit<Row, 'method' | 'path' | 'field'>

export const get = (path: string, field: string, more: More = {}): Row => ({
  method: 'GET',
  path,
  field,
  ...more,
})

const write =
  (method: Row['method']) =>
  (path: string, field: string, example?: Row['example'], more: More = {}): Row => ({
    method,
    path,
    field,
    ...(example && { example }),
    ...more,
  })

export const post = write('POST')
export const patch = write('PATCH')
export const put = write('PUT')
export const remove = (path: string, field: string, more: More = {}): Row => ({
  method: 'DELETE',
  path,
  field,
  ...more,
})

/** Rows that belong together in the document. */
export interface Section {
  name: string
  description: string
  rows: readonly Row[]
}
