import { CustomerFieldType } from '../../../generated/prisma/enums.ts'
import { builder } from '../../../graphql/builder.ts'
import { registerNode } from '../../../graphql/reading/node.ts'

export const TypeEnum = builder.enumType('CustomerFieldType', {
  description: 'What the values of a customer field are.',
  values: {
    [CustomerFieldType.TEXT]: { description: 'Text, up to 1,000 characters.' },
    [CustomerFieldType.NUMBER]: { description: 'A number.' },
    [CustomerFieldType.BOOLEAN]: { description: 'True or false.' },
    [CustomerFieldType.DATE]: { description: 'A day, "2026-03-31".' },
    [CustomerFieldType.CHOICE]: { description: 'One of the choices of the field.' },
  },
})

export const FieldObject = builder.prismaNode('CustomerField', {
  id: { field: 'id' },
  nullable: true,
  name: registerNode('customerField', 'CustomerField'),
  description: 'A field that the organization keeps about its customers.',
  authScopes: { permission: 'customer-fields:read' },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Name of the value in `fields` of customers.' }),
    label: t.exposeString('label', { description: 'Name for people.' }),
    type: t.expose('type', { type: TypeEnum, description: 'What its values are.' }),
    choices: t.exposeStringList('choices', { description: 'What may be chosen, for CHOICE.' }),
    required: t.exposeBoolean('required', { description: 'Whether every customer needs a value.' }),
    position: t.exposeInt('position', { description: 'Place in forms, smallest first.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
