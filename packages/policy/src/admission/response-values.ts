/** What `patchType` may be. */
export const patchTypes = ['JSONPatch'] as const;

/** What `status.status` may be. */
export const statusValues = ['Success', 'Failure'] as const;

/** What `status.reason` may be: the StatusReason values of Kubernetes' apimachinery. */
export const statusReasons = [
  '',
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Gone',
  'Invalid',
  'ServerTimeout',
  'Timeout',
  'TooManyRequests',
  'BadRequest',
  'MethodNotAllowed',
  'NotAcceptable',
  'RequestEntityTooLarge',
  'UnsupportedMediaType',
  'InternalError',
  'Expired',
  'ServiceUnavailable',
] as const;

/** What the `reason` of a cause may be: the CauseType values of Kubernetes' apimachinery. */
export const causeReasons = [
  'FieldValueNotFound',
  'FieldValueRequired',
  'FieldValueDuplicate',
  'FieldValueInvalid',
  'FieldValueNotSupported',
  'FieldValueForbidden',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'InternalError',
  'FieldValueTypeInvalid',
  'UnexpectedServerResponse',
  'FieldManagerConflict',
  'ResourceVersionTooLarge',
] as const;
