import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes as AnyTypes,
} from '@pothos/core'

const PLUGIN = 'plainIds'

declare global {
  // The way in which builders of the object layer learn of a plugin.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends AnyTypes> {
      plainIds: PlainIds<Types>
    }
  }
}

/**
 * Answers the id of a record at once. The relay plugin encodes ids, and does so in an asynchronous
 * function; ours need no encoding, and one promise in a record makes the executor wait for all of it.
 */
class PlainIds<Types extends AnyTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(
    config: PothosOutputFieldConfig<Types>,
  ): PothosOutputFieldConfig<Types> {
    const encode = config.resolve
    if (config.name !== 'id' || encode === undefined || !this.#isNode(config.parentType)) {
      return config
    }
    return {
      ...config,
      resolve: (parent, args, context, info) => {
        const id: unknown = Reflect.get(Object(parent), 'id')
        return typeof id === 'string' ? id : encode(parent, args, context, info)
      },
    }
  }

  #isNode(typeName: string): boolean {
    const type = this.builder.configStore.getTypeConfig(typeName)
    return (
      'interfaces' in type &&
      Array.isArray(type.interfaces) &&
      type.interfaces.some(
        (one) => this.builder.configStore.getTypeConfig(one, 'Interface').name === 'Node',
      )
    )
  }
}

SchemaBuilder.registerPlugin(PLUGIN, PlainIds)
export default PLUGIN
