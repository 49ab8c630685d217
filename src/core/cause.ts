/** What made an experiment: a push's delivery, or the request of who submitted it. Whoever follows one through the logs finds it by this. */
export interface Cause {
  readonly deliveryId: string | undefined;
  /** As the answer's X-Request-Id told it. */
  readonly requestId: string | undefined;
}
