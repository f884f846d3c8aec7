// What the template takes from models.json. Through functions, whose types forget what exactly the file holds when it is
// compiled: what one models.json leaves out, another has. What makes no sense is passed over: `npm run numerai -- check`, which
// runs before each deployment, says what is wrong, and where.

@description('Those that are objects: nothing can be asked of others.')
func objectsIn(values array) array => filter(values, value => startsWith(string(value ?? ''), '{'))

@export()
@description('The models.')
func modelsOf(content object) array => objectsIn(content.?models ?? [])

@description('The models and the jobs; a file need not have any.')
func entriesOf(content object) array => concat(modelsOf(content), objectsIn(content.?jobs ?? []))

@export()
@description('All containers: each model\'s own and its last resort, and each job\'s.')
func containersOf(content object) array => objectsIn(concat(
  map(entriesOf(content), entry => entry.?container ?? ''),
  map(modelsOf(content), model => model.?lastResort ?? '')
))

@export()
@description('Whether one of them is of this kind, by the key that only the kind has.')
func hasKind(containers array, kind string) bool => !empty(filter(containers, container => contains(container, kind)))

@export()
@description('The models and jobs whose Container Apps job is described, and not just named: those the template makes.')
func jobsToMakeIn(content object) array => filter(
  filter(entriesOf(content), entry => startsWith(string(entry.?container ?? ''), '{')),
  entry => startsWith(string(entry.container.?containerAppsJob ?? ''), '{')
)

@export()
@description('The identities that containers pull with, or are given: what is written there, be it a resource id or not.')
func identitiesOf(containers array) array => concat(
  map(objectsIn(map(containers, container => container.?registry ?? '')), registry => registry.?identity ?? ''),
  map(containers, container => container.?identity ?? '')
)

@export()
@description('The resource ids of this type among some texts, each once: an id means the same in any case.')
func resourceIdsIn(texts array, resourceType string, parts int) array => union(
  filter(
    filter(map(texts, text => toLower(string(text))), id => length(split(id, '/')) == parts),
    id => startsWith(id, '/subscriptions/') && contains(id, '/resourcegroups/') && contains(id, '/providers/${toLower(resourceType)}/') && length(filter(split(id, '/'), part => empty(part))) == 1
  ),
  []
)
