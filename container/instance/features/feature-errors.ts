/** There is no tool, prompt or template of this name. JSON-RPC: -32602 in every revision. */
export class UnknownFeature extends Error {
  override readonly name = 'UnknownFeature';
}

/** Parameters of a request that make no sense. JSON-RPC: -32602. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** Nothing stands under this URI (any more). Each protocol revision has its own code for it. */
export class ResourceNotFound extends Error {
  override readonly name = 'ResourceNotFound';
  readonly uri: string;

  /** @param message Says why, where more is known than that there is nothing. */
  constructor(uri: string, message = 'There is no resource under this URI; see resources/list') {
    super(message);
    this.uri = uri;
  }
}
