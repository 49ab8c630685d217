/** A failing experiment is a value; a failing platform is thrown. Only what some caller tells apart has a class. */

/** 404 */
export class NotFoundError extends Error {
  override name = "NotFoundError";
}
/** 400: cannot be read. */
export class BadRequestError extends Error {
  override name = "BadRequestError";
}
/** 401 */
export class UnauthorizedError extends Error {
  override name = "UnauthorizedError";
}
/** 403 */
export class ForbiddenError extends Error {
  override name = "ForbiddenError";
}
/** 409: exists already, is still active, or a reference that names several. */
export class ConflictError extends Error {
  override name = "ConflictError";
}
/** 410: it was there, and is not kept any more. */
export class GoneError extends Error {
  override name = "GoneError";
}
/** 412: it has been changed since it was read. */
export class PreconditionFailedError extends Error {
  override name = "PreconditionFailedError";
}
/** 422: read, but wrong; `errors` are located. */
export class InvalidError extends Error {
  override name = "InvalidError";
  readonly errors: readonly {
    readonly path: string;
    readonly message: string;
    readonly suggestion?: string | undefined;
    readonly line?: number;
    readonly column?: number;
  }[];
  constructor(message: string, errors: InvalidError["errors"] = []) {
    super(message);
    this.errors = errors;
  }
}

/** Another worker or a person got there first. */
export class StaleExperimentError extends Error {
  override name = "StaleExperimentError";
}
/** This claim or writer no longer holds: whatever it found out is dropped. */
export class LostLeaseError extends Error {
  override name = "LostLeaseError";
}

/** The user's source or Dockerfile is at fault; the message is for the person who pushed. */
export class BuildFailedError extends Error {
  override name = "BuildFailedError";
  readonly hint: string | undefined;
  readonly exitCode: number | undefined;
  constructor(
    message: string,
    detail: { readonly hint?: string | undefined; readonly exitCode?: number | undefined } = {},
  ) {
    super(message);
    this.hint = detail.hint;
    this.exitCode = detail.exitCode;
  }
}
/** The source cannot be had as asked for: final, in words for the person who pushed. */
export class SourceUnavailableError extends Error {
  override name = "SourceUnavailableError";
}
/** An engine cannot honour what is asked: final. */
export class UnsupportedError extends Error {
  override name = "UnsupportedError";
}
/** The workload, or the image it needs, is not there any more. */
export class WorkloadGoneError extends Error {
  override name = "WorkloadGoneError";
}
/** The image is not on the engine: Building is asked again. */
export class ImageGoneError extends Error {
  override name = "ImageGoneError";
}
/** Nothing is known: wait, say so, try again. */
export class EngineUnreachableError extends Error {
  override name = "EngineUnreachableError";
}
/** The engine has no room of some kind (addresses, disk): wait in the queue, with this reason. */
export class EngineFullError extends Error {
  override name = "EngineFullError";
}
/** The disk that the platform itself writes to is full: free some, then try again. */
export class StorageFullError extends Error {
  override name = "StorageFullError";
}
/** The database cannot be reached now. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError";
}
