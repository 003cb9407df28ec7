import {
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'

/**
 * What the root of a subscription selects must not depend on variables (GraphQL of September 2025,
 * 5.2.4.1): graphql-js takes for granted that one field is left, and fails within itself.
 */
export function SubscriptionRootRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (node.operation !== OperationTypeNode.SUBSCRIPTION) return
      for (const directive of rootDirectives(context, node.selectionSet)) {
        context.reportError(
          new GraphQLError(`@${directive.name.value} may not stand at the root of a subscription`, {
            nodes: [directive],
          }),
        )
      }
    },
  }
}

function rootDirectives(context: ValidationContext, root: SelectionSetNode): DirectiveNode[] {
  const found: DirectiveNode[] = []
  const seen = new Set<SelectionSetNode>()
  const open = [root]
  for (let set = open.pop(); set !== undefined; set = open.pop()) {
    if (seen.has(set)) continue
    seen.add(set)
    for (const node of set.selections) {
      const isConditional = ({ name }: DirectiveNode) => /^(skip|include)$/.test(name.value)
      found.push(...(node.directives ?? []).filter(isConditional))
      if (node.kind === Kind.INLINE_FRAGMENT) open.push(node.selectionSet)
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = context.getFragment(node.name.value)
        if (fragment != null) open.push(fragment.selectionSet)
      }
    }
  }
  return found
}
