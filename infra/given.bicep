// What people say in parameters, as the rest of the template takes it.

@export()
@description('What is given, or what stands in its place.')
func givenOr(given string, otherwise string) string => empty(given) ? otherwise : given

@export()
@description('Of something that exists, or is made in the resource group of the app: which of the two, its name, and where it is.')
func placeOf(existingName string, existingResourceGroup string, newName string, appResourceGroup string) object => {
  isNew: empty(existingName)
  name: empty(existingName) ? newName : existingName
  resourceGroupName: empty(existingName) || empty(existingResourceGroup) ? appResourceGroup : existingResourceGroup
}

@export()
@description('The tags in name=value, with commas between. A value may have further equals signs.')
func tagsIn(text string) object => toObject(
  filter(split(text, ','), pair => contains(pair, '=')),
  pair => trim(split(pair, '=')[0]),
  pair => trim(join(skip(split(pair, '='), 1), '='))
)

@export()
@description('A region as the app knows it, also by its name for people, such as `West Europe`.')
func regionOf(text string) string => toLower(replace(text, ' ', ''))

@export()
@description('An address without a slash at the end: paths are joined to it.')
func withoutSlash(address string) string => endsWith(address, '/') ? take(address, length(address) - 1) : address
