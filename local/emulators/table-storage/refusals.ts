// The words with which the Table service lets nobody in, by the code: for faults of the kind `status` with that code.
// https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes and
// https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes; some as they were seen.

const UNAUTHORIZED =
  'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';

export const TABLE_REFUSALS: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {
  // The firewall, and public network access that is off, in the same words:
  // https://github.com/microsoft/AzureStorageExplorer/issues/9150
  AuthorizationFailure: { status: 403, message: 'This request is not authorized to perform this operation.' },
  AuthorizationPermissionMismatch: {
    status: 403,
    message: 'This request is not authorized to perform this operation using this permission.',
  },
  AuthorizationSourceIPMismatch: {
    status: 403,
    message: 'This request is not authorized to perform this operation using this source IP 192.0.2.7.',
  },
  // https://github.com/microsoft/AzureStorageExplorer/issues/4524
  AccountIsDisabled: { status: 403, message: 'The specified account is disabled.' },
  // https://github.com/microsoft/AzureStorageExplorer/issues/8090
  KeyBasedAuthenticationNotPermitted: {
    status: 403,
    message: 'Key based authentication is not permitted on this storage account.',
  },
  AuthenticationFailed: {
    status: 403,
    message:
      'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  },
  InvalidAuthenticationInfo: { status: 401, message: UNAUTHORIZED },
  NoAuthenticationInformation: { status: 401, message: UNAUTHORIZED },
  InsufficientAccountPermissions: {
    status: 403,
    message: 'The account being accessed does not have sufficient permissions to execute this operation.',
  },
  ResourceNotFound: { status: 404, message: 'The specified resource does not exist.' },
  TableNotFound: { status: 404, message: 'The table specified does not exist.' },
  TableBeingDeleted: {
    status: 409,
    message: 'The specified table is being deleted. Try operation later.',
  },
  AccountBeingCreated: { status: 409, message: 'The specified account is in the process of being created.' },
  ServerBusy: { status: 503, message: 'The server is busy.' },
  OperationTimedOut: { status: 500, message: 'The operation could not be completed within the permitted time.' },
};
