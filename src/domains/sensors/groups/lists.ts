import { builder } from '../../../graphql/builder.ts'
import { scopedPrisma } from '../../../graphql/context.ts'
import { connectionNames, pageOptions } from '../../../graphql/reading/paging.ts'
import { readPage } from '../../../graphql/reading/read-page.ts'

builder.queryFields((t) => ({
  sensorGroup: t.prismaField({
    type: 'SensorGroup',
    nullable: true,
    description: 'One sensor group; null when there is none with this id.',
    authScopes: { permission: 'sensors:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the sensor group.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).sensorGroup.findUnique({ ...query, where: { id } }),
  }),
  sensorGroups: t.prismaConnection(
    {
      ...pageOptions,
      type: 'SensorGroup',
      description: 'Sensor groups, by name.',
      authScopes: { permission: 'sensors:read' },
      resolve: (query, _root, _args, context, info) =>
        readPage('SensorGroup', query, context, info, {
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      totalCount: (_root, _args, context) => scopedPrisma(context).sensorGroup.count(),
    },
    ...connectionNames('SensorGroup'),
  ),
}))
