// What the template takes from models.json. Through functions, whose types forget what exactly the file holds when it is
// compiled: what one models.json leaves out, another has. What makes no sense is passed over: `npm run numerai -- check`, which
// runs before each deployment, says what is wrong, and where.

@export()
@description('The models.')
func modelsOf(content object) array => content.?models ?? []

@description('The jobs; a file need not have any.')
func jobsOf(content object) array => content.?jobs ?? []

@description('The models and the jobs.')
func entriesOf(content object) array => concat(modelsOf(content), jobsOf(content))

@export()
@description('All containers: each model\'s own and its last resort, and each job\'s.')
func containersOf(content object) array => concat(
  map(entriesOf(content), entry => entry.?container ?? {}),
  map(modelsOf(content), model => model.?lastResort ?? {})
)

@export()
@description('Whether one of them is of this kind, by the key that only the kind has.')
func hasKind(containers array, kind string) bool => !empty(filter(containers, container => contains(container, kind)))

@export()
@description('The models and jobs whose Container Apps job is described, and not just named: those the template makes.')
func jobsToMakeIn(content object) array => filter(
  entriesOf(content),
  entry => startsWith(string(entry.?container.?containerAppsJob ?? ''), '{')
)

@export()
@description('The resource ids of this type among some texts, each once: an id means the same in any case.')
func resourceIdsIn(texts array, resourceType string, parts int) array => union(
  filter(
    map(texts, text => toLower(text)),
    id => contains(id, '/providers/${toLower(resourceType)}/') && length(split(id, '/')) == parts
  ),
  []
)
