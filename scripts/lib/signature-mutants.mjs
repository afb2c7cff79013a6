// Ways to change the code of an API report, each at every place where it can happen. Tests plant them in the real reports.

/**
 * Each mutant has a name, and `edits`: for one node of the syntax, the texts that take the place of parts of the code, as `{ start, end, text }`
 * or lists of them. `of(node)` is the code of a node.
 */
export const BREAKING = [
  mutant('two parameters change places', (node, of) => swaps(paramsOf(node), of)),
  mutant('a parameter is dropped', (node) => drops(paramsOf(node))),
  mutant('a parameter is added in front', (node) => paramsOf(node).slice(0, 1).map(before('added: string, '))),
  mutant('a parameter becomes optional', (node) =>
    paramsOf(node)
      .filter((each) => each.type === 'Identifier' && !each.optional)
      .map(({ start, name }) => at(start + name.length, '?')),
  ),
  mutant('a parameter becomes required', (node) =>
    paramsOf(node)
      .filter((each) => each.type === 'Identifier' && each.optional)
      .map(({ start, name }) => ({ start: start + name.length, end: start + name.length + 1, text: '' })),
  ),
  mutant('a rest parameter becomes a single one', (node) =>
    node.type === 'RestElement' ? [{ start: node.start, end: node.start + 3, text: '' }] : [],
  ),
  mutant('the last parameter becomes a rest parameter', (node) =>
    paramsOf(node)
      .slice(-1)
      .filter(({ type, optional }) => type === 'Identifier' && !optional)
      .map(before('...')),
  ),
  mutant('a parameter takes more', (node, of) =>
    paramsOf(node)
      .filter((each) => each.type === 'Identifier' && each.typeAnnotation && of(typeOf(each)) !== 'unknown')
      .map((each) => instead(typeOf(each), 'unknown')),
  ),
  mutant('a function returns something else', (node, of) =>
    node.returnType && of(node.returnType.typeAnnotation) !== 'unknown'
      ? [instead(node.returnType.typeAnnotation, 'unknown')]
      : [],
  ),
  mutant('a promise becomes its value', (node, of) =>
    node.type === 'TSTypeReference' && node.typeName.name === 'Promise'
      ? [instead(node, `(${of(node.typeArguments.params[0])})`)]
      : [],
  ),
  mutant('two type parameters change places', (node, of) => swaps(typeParametersOf(node), of)),
  mutant('a type parameter is dropped', (node) => drops(typeParametersOf(node))),
  mutant('a type parameter is added', (node) => typeParametersOf(node).slice(-1).map(after(', Added'))),
  mutant('the default of a type parameter is another one', (node) =>
    node.type === 'TSTypeParameter' && node.default ? [instead(node.default, 'Another')] : [],
  ),
  mutant('the default of a type parameter is dropped', (node) =>
    node.type === 'TSTypeParameter' && node.default ? [cut(node.constraint ?? node.name, node.default)] : [],
  ),
  mutant('a type parameter gets a default', (node) =>
    node.type === 'TSTypeParameter' && !node.default ? [at(node.end, ' = Added')] : [],
  ),
  mutant('the constraint of a type parameter is another one', (node) =>
    node.type === 'TSTypeParameter' && node.constraint ? [instead(node.constraint, 'Another')] : [],
  ),
  mutant('the constraint of a type parameter is dropped', (node) =>
    node.type === 'TSTypeParameter' && node.constraint ? [cut(node.name, node.constraint)] : [],
  ),
  mutant('a type parameter gets or loses `const`', (node) =>
    node.type !== 'TSTypeParameter'
      ? []
      : [node.const ? { start: node.start, end: node.start + 6, text: '' } : at(node.start, 'const ')],
  ),
  mutant('two type arguments change places', (node, of) => swaps(node.typeArguments?.params ?? [], of)),
  mutant('an array becomes its item', (node, of) =>
    node.type === 'TSArrayType' ? [instead(node, of(node.elementType))] : [],
  ),
  mutant('a type becomes an array of it', (node) => (node.type === 'TSTypeReference' ? [at(node.end, '[]')] : [])),
  mutant('a readonly array or tuple can be written', (node, of) =>
    node.type === 'TSTypeOperator' && node.operator === 'readonly' ? [instead(node, of(node.typeAnnotation))] : [],
  ),
  mutant('an array or tuple becomes readonly', (node, _, parent) =>
    (node.type === 'TSArrayType' || node.type === 'TSTupleType') && parent.type === 'TSTypeAnnotation'
      ? [at(node.start, 'readonly ')]
      : [],
  ),
  mutant('two elements of a tuple change places', (node, of) => swaps(node.elementTypes ?? [], of)),
  mutant('an element of a tuple is dropped', (node) => drops(node.elementTypes ?? [])),
  mutant('an element is added to a tuple', (node) => (node.elementTypes ?? []).slice(-1).map(after(', Added'))),
  mutant('an element of a tuple becomes optional', (node) =>
    (node.elementTypes ?? [])
      .filter(({ type }) => !/Optional|Rest|Named/.test(type))
      .map(({ start, end }) => [at(start, '('), at(end, ')?')]),
  ),
  mutant('two overloads change places', (node, of) => overloadPairs(node).flatMap((pair) => swaps(pair, of))),
  mutant('an overload is dropped', (node) =>
    overloadPairs(node).flatMap((pair) => pair.map((each) => instead(each, ''))),
  ),
  mutant('an overload is added in front', (node) =>
    overloadable(node).map((each) => at(each.start, headOf(each)('Added'))),
  ),
  mutant('a member is dropped', (node) => membersOf(node).map((each) => instead(each, ''))),
  mutant('a member becomes optional', (node) =>
    signaturesIn(node)
      .filter(isRequired)
      .map(({ key }) => at(key.end, '?')),
  ),
  mutant('a member becomes required', (node) =>
    signaturesIn(node)
      .filter(({ optional }) => optional)
      .map(({ key }) => ({ start: key.end, end: key.end + 1, text: '' })),
  ),
  mutant('a member can be written, or no longer', (node) =>
    membersOf(node)
      .filter(({ type }) => type === 'TSPropertySignature')
      .map((each) =>
        each.readonly ? { start: each.start, end: each.start + 9, text: '' } : at(each.start, 'readonly '),
      ),
  ),
  mutant('a property has another type', (node, of) =>
    membersOf(node)
      .filter((each) => /Property/.test(each.type) && each.typeAnnotation && of(typeOf(each)) !== 'unknown')
      .map((each) => instead(typeOf(each), 'unknown')),
  ),
  mutant('a property becomes a method', (node) =>
    signaturesIn(node)
      .filter(({ type }) => type === 'TSPropertySignature')
      .map(({ key, optional }) => at(key.end + Number(optional), '()')),
  ),
  mutant('a getter becomes a method', (node) =>
    membersOf(node)
      .filter(({ kind }) => kind === 'get')
      .map(({ key, start }) => ({ start, end: key.start, text: '' })),
  ),
  mutant('a member of a class gets another access', (node) =>
    membersOf(node)
      .filter(({ type, key }) => /Definition|Accessor/.test(type) && key.type !== 'PrivateIdentifier')
      .map((each) =>
        each.accessibility === undefined || each.accessibility === null
          ? at(each.start, 'protected ')
          : { start: each.start, end: each.start + each.accessibility.length + 1, text: '' },
      ),
  ),
  mutant('a member of a class becomes static, or no longer', (node) =>
    membersOf(node)
      .filter(({ type, kind, key }) => /Definition/.test(type) && kind !== 'constructor' && key.type === 'Identifier')
      .filter(({ accessibility, readonly }) => !accessibility && !readonly)
      .map((each) => (each.static ? { start: each.start, end: each.start + 7, text: '' } : at(each.start, 'static '))),
  ),
  mutant('an abstract member gets a body', (node) =>
    node.type.startsWith('TSAbstract') ? [{ start: node.start, end: node.start + 9, text: '' }] : [],
  ),
  mutant('a private name is dropped from a class', (node) =>
    membersOf(node)
      .filter(({ key }) => key?.type === 'PrivateIdentifier')
      .map((each) => instead(each, '')),
  ),
  mutant('a literal type is another one', (node) =>
    node.type === 'TSLiteralType' && node.literal.type === 'Literal'
      ? [instead(node, typeof node.literal.value === 'string' ? "'another'" : '4321')]
      : [],
  ),
  mutant('a literal type becomes wide', (node) =>
    node.type === 'TSLiteralType' && typeof node.literal.value === 'string' ? [instead(node, 'string')] : [],
  ),
  mutant('an arm of a union is dropped', (node) => (node.type === 'TSUnionType' ? drops(node.types) : [])),
  mutant('an arm is added to a union', (node) =>
    node.type === 'TSUnionType' ? node.types.slice(0, 1).map(after(' | Added')) : [],
  ),
  mutant('a part of an intersection is dropped', (node) =>
    node.type === 'TSIntersectionType' ? drops(node.types) : [],
  ),
  mutant('two parts of an intersection change places', (node, of) =>
    node.type === 'TSIntersectionType' ? swaps(node.types, of) : [],
  ),
  mutant('the branches of a conditional type change places', (node, of) =>
    node.type === 'TSConditionalType' ? swaps([node.trueType, node.falseType], of) : [],
  ),
  mutant('the question of a conditional type is another one', (node) =>
    node.type === 'TSConditionalType' ? [instead(node.extendsType, 'Another')] : [],
  ),
  mutant('the keys of a type become the type', (node, of) =>
    node.type === 'TSTypeOperator' && node.operator === 'keyof' ? [instead(node, of(node.typeAnnotation))] : [],
  ),
  mutant('a mapped type gets or loses a modifier', (node) =>
    node.type === 'TSMappedType' ? [instead({ start: node.start, end: node.start + 1 }, '{ -readonly')] : [],
  ),
  mutant('another type is read by its key', (node) =>
    node.type === 'TSIndexedAccessType' ? [instead(node.indexType, "'another'")] : [],
  ),
  mutant('a type predicate becomes a boolean', (node) =>
    node.type === 'TSTypePredicate' ? [instead(node, 'boolean')] : [],
  ),
  mutant('a part of a template is another one', (node) =>
    node.type === 'TSTemplateLiteralType' || node.type === 'TemplateLiteral' ? [at(node.start + 1, 'more ')] : [],
  ),
  mutant('two members of an enum change places', (node, of) =>
    node.type === 'TSEnumBody' ? swaps(node.members, of) : [],
  ),
  mutant('an enum member has another value', (node) =>
    node.type === 'TSEnumMember' ? [node.initializer ? instead(node.initializer, '99') : at(node.end, ' = 99')] : [],
  ),
  mutant('a type extends another one', (node) =>
    node.type === 'TSInterfaceHeritage'
      ? [instead(node, 'Another')]
      : node.superClass
        ? [instead(node.superClass, 'Another')]
        : [],
  ),
  mutant('a declaration is no longer exported', (node) =>
    node.type === 'ExportNamedDeclaration' && node.declaration
      ? [{ start: node.start, end: node.start + 7, text: '' }]
      : [],
  ),
  mutant('a declaration is dropped', (node, _, parent) => (parent?.type === 'Program' ? [instead(node, '')] : [])),
  mutant('an export has another name', (node) =>
    node.type === 'ExportSpecifier' ? [instead(node, 'A as Another')] : [],
  ),
  mutant('a constant is no longer one', (node, of) =>
    node.type === 'VariableDeclaration' && of(node).startsWith('declare const')
      ? [{ start: node.start + 8, end: node.start + 13, text: 'let' }]
      : [],
  ),
]

/** What only adds: programs that compiled still do, or a minor version may say that they don't. */
export const ADDING = [
  mutant('an overload is added after the others', (node) =>
    overloadable(node)
      .filter((each) => isLastOverload(each, node))
      .map((each) => at(each.end, `\n${headOf(each)('Added')}`)),
  ),
  mutant('a member is added', (node, _, parent) =>
    node.type === 'TSInterfaceBody' || (parent?.type === 'TSTypeAliasDeclaration' && membersOf(node).length > 0)
      ? [at(node.end - 1, `${membersOf(node).length > 0 ? ';' : ''} readonly added?: string `)]
      : [],
  ),
  mutant('a declaration is added', (node) =>
    node.type === 'Program' ? [at(node.end, '\nexport interface Added {}\n')] : [],
  ),
]

function mutant(name, edits) {
  return { name, edits }
}

const at = (start, text) => ({ start, end: start, text })
const before =
  (text) =>
  ({ start }) =>
    at(start, text)
const after =
  (text) =>
  ({ end }) =>
    at(end, text)
const instead = ({ start, end }, text) => ({ start, end, text })
const cut = (from, to) => ({ start: from.end, end: to.end, text: '' })

/** Each two neighbors that differ in their text, in each other's place. */
function swaps(nodes, of) {
  return nodes
    .slice(1)
    .map((node, index) => [nodes[index], node])
    .filter(([one, other]) => of(one) !== of(other))
    .map(([one, other]) => [instead(one, of(other)), instead(other, of(one))])
}

/** Each node away, with the comma or line beside it. */
function drops(nodes) {
  if (nodes.length < 2) return []
  return nodes.map((node, index) =>
    index === 0
      ? { start: node.start, end: nodes[1].start, text: '' }
      : { start: nodes[index - 1].end, end: node.end, text: '' },
  )
}

const typeOf = ({ typeAnnotation }) => typeAnnotation.typeAnnotation
const paramsOf = (node) => (/Param|TypeArg/.test(node.type) ? [] : (node.params ?? []))
const typeParametersOf = (node) => node.typeParameters?.params ?? []
const membersOf = (node) =>
  node.type === 'TSTypeLiteral' ? node.members : /^(TSInterface|Class)Body$/.test(node.type) ? node.body : []
const signaturesIn = (node) =>
  membersOf(node).filter(
    ({ type, kind }) => type === 'TSPropertySignature' || (type === 'TSMethodSignature' && kind === 'method'),
  )
const isRequired = ({ optional }) => !optional

const declared = (node) => node.declaration ?? node
const OVERLOADABLE = ['TSDeclareFunction', 'TSMethodSignature', 'MethodDefinition', 'TSCallSignatureDeclaration']
const listOf = (node) => (node.type === 'Program' || node.type === 'TSModuleBlock' ? node.body : membersOf(node))
const overloadable = (node) =>
  listOf(node).filter(
    (each) => OVERLOADABLE.includes(declared(each).type) && !['get', 'set', 'constructor'].includes(each.kind),
  )

const slotOf = (node) => {
  const { type, id, key, static: isStatic } = declared(node)
  return `${type} ${id?.name ?? key?.name ?? key?.object?.name} ${isStatic}`
}

/** The overloads of one function or method that stand beside each other, two at a time. */
function overloadPairs(node) {
  return [...Map.groupBy(overloadable(node), slotOf).values()].flatMap((group) =>
    group.slice(1).map((each, index) => [group[index], each]),
  )
}

const isLastOverload = (each, node) => overloadable(node).findLast((other) => slotOf(other) === slotOf(each)) === each

/** The text of another overload of a function or method, which returns what it is told. */
function headOf(node) {
  const { type, id, key, static: isStatic } = declared(node)
  const name = key?.object === undefined ? (id?.name ?? key?.name) : `[${key.object.name}.${key.property.name}]`
  const start = { TSDeclareFunction: `declare function ${name}`, TSCallSignatureDeclaration: '' }[type] ?? name
  const prefix = `${node.declaration ? 'export ' : ''}${isStatic ? 'static ' : ''}`
  return (result) => `${prefix}${start}(added: string): ${result};\n`
}
