/** There is no tool, prompt or template of this name. JSON-RPC: -32602 in every revision. */
export class UnknownFeature extends Error {
  override readonly name = 'UnknownFeature';
}

/** Parameters of a request that make no sense. JSON-RPC: -32602. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

/** What a feature could not do, and why, in words for its client. JSON-RPC: -32603 in every revision, with `data`. */
export class FeatureFailed extends Error {
  override readonly name = 'FeatureFailed';
  readonly data: Readonly<FailureData>;

  constructor(message: string, data: Readonly<FailureData>) {
    super(message);
    this.data = data;
  }
}

/** What a client can go by: a stable code, whether to try again, what to do. */
export interface FailureData {
  code: string;
  retryable: boolean;
  nextStep: string;
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
