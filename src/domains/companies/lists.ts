import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { byMoment, exactly, oneOf } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'
import { KindEnum } from './type.ts'

builder.queryFields((t) => ({
  company: t.prismaField({
    type: 'Company',
    nullable: true,
    description: 'One company; null when there is none with this id.',
    authScopes: { permission: 'companies:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the company.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).company.findUnique({ ...query, where: { id } }),
  }),
}))

const companies = defineList('Company', {
  called: 'companies',
  where: {
    kinds: oneOf(KindEnum, 'One of these.', 'kind'),
    externalId: exactly('String', 'With this id in another system.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    search: search('the name, the e-mail address and the address', ['name', 'email', 'address']),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    KIND: ['kind', 'What it is, BRANCH first.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

companies.query('companies', {
  description: 'Companies, by name unless ordered otherwise.',
  authScopes: { permission: 'companies:read' },
})
